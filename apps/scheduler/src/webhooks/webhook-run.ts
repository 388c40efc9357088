import type { CancelTimer, Clock, FaultLog } from '#common/platform';
import { isWanted } from '../live/change-event.js';
import type { ChangeFeed } from '../live/change-feed.js';
import type { ContactChanged } from '../live/change-log.port.js';
import { nextStep } from './next-step.js';
import { changeFilterOf } from './webhook.js';
import type { WebhookPolicy } from './webhook-policy.js';
import type { WebhookPost } from './webhook-post.js';
import type { ServedWebhook, WebhookQueue } from './webhook-queue.port.js';

/** So many calls between two looks at how long the log is. */
const PRUNE_EVERY = 100;

export interface RunSurroundings {
  readonly holder: string;
  readonly feed: ChangeFeed;
  readonly post: WebhookPost;
  readonly queue: WebhookQueue;
  readonly policy: WebhookPolicy;
  readonly clock: Clock;
  readonly faults: FaultLog;
}

/** Serves one subscription, one change after the other, as long as this process holds it. */
export class WebhookRun {
  /** Of the last change that is done with; further than what is written down by what nobody wanted. */
  #position: number;
  #attempt: number;
  #webhook: ServedWebhook;
  /** On the steady clock; the lease as this process knows it. */
  #heldUntilMs = 0;
  #dueAtMs = 0;
  #written: number;
  #calls = 0;
  #round: Promise<void> | null = null;
  #isWoken = false;
  #isEnded = false;
  #cancelRetry: CancelTimer | null = null;

  constructor(
    webhook: ServedWebhook,
    private readonly around: RunSurroundings,
  ) {
    this.#webhook = webhook;
    this.#position = webhook.position;
    this.#written = webhook.position;
    this.#attempt = webhook.attempt;
  }

  /** What was passed over since it was last written down; null: nothing. */
  get passed(): { readonly id: string; readonly position: number } | null {
    const { id } = this.#webhook;
    return this.#position > this.#written ? { id, position: this.#position } : null;
  }

  /** Counts what changes where the subscription stands. */
  get calls(): number {
    return this.#calls;
  }

  /**
   * As the table had it when there had been so many calls, held until then. Where it stands is known
   * better here once there was another.
   */
  hold(webhook: ServedWebhook, heldUntilMs: number, calls: number): void {
    this.#heldUntilMs = heldUntilMs;
    this.#webhook = webhook;
    if (this.#round === null && calls === this.#calls) {
      this.#written = webhook.position;
      this.#position = Math.max(this.#position, webhook.position);
      this.#attempt = webhook.attempt;
      this.#dueAtMs = this.around.clock.monotonicMs() + webhook.waitMs;
    }
    this.wake();
  }

  /** There is more to tell, or it is time to try again. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isEnded || this.#round !== null) return;
    this.#round = this.#goOn().finally(() => {
      this.#round = null;
      if (this.#isWoken) this.wake();
    });
  }

  /** Begins no further call. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#cancelRetry?.();
    await this.#round;
  }

  /** Never fails: what could not be read or written is tried again with the next beat. */
  async #goOn(): Promise<void> {
    try {
      while (this.#isWoken) {
        this.#isWoken = false;
        if (!this.#mayCall()) return;
        for (const change of await this.around.feed.after(this.#position)) {
          this.#isWoken = true;
          if (!(await this.#isDone(change))) break;
        }
      }
    } catch (fault) {
      this.#isWoken = false;
      this.around.faults.note('A subscription could not be served; it is tried again', fault);
    }
  }

  /** Whether the next change may follow. */
  async #isDone(change: ContactChanged): Promise<boolean> {
    if (isWanted(changeFilterOf(this.#webhook), change)) return this.#tell(change);
    this.#position = change.number;
    return true;
  }

  async #tell(change: ContactChanged): Promise<boolean> {
    if (!this.#mayCall()) return false;
    this.#calls += 1;
    const { holder, post, queue, policy } = this.around;
    const { id } = this.#webhook;
    const attempt = this.#attempt + 1;
    const answer = await post.change(this.#webhook, change);
    const tried = { number: change.number, position: this.#position, attempt };
    const next = nextStep(tried, answer, policy.retryDelaysMs);
    const delivery = { number: change.number, attempt, outcome: next.outcome, ...answer };
    const isHeld = await queue.record(holder, id, delivery, next);
    if (!isHeld || next.disabledReason !== null) return this.#lose();
    this.#position = next.position;
    this.#written = next.position;
    this.#attempt = next.attempt;
    this.#dueAtMs = this.around.clock.monotonicMs() + next.delayMs;
    if (this.#calls % PRUNE_EVERY === 0) await queue.prune(id, policy.deliveriesKept);
    return next.outcome !== 'retried';
  }

  /** Not before its time, and not when the lease could end before the call does. */
  #mayCall(): boolean {
    const { clock } = this.around;
    const now = clock.monotonicMs();
    if (this.#isEnded || now + this.around.policy.callMsMax > this.#heldUntilMs) return false;
    this.#cancelRetry?.();
    if (now >= this.#dueAtMs) return true;
    this.#cancelRetry = clock.after(this.#dueAtMs - now, () => this.wake());
    return false;
  }

  #lose(): boolean {
    this.#heldUntilMs = 0;
    return false;
  }
}
