import { randomUUID } from 'node:crypto';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type CancelTimer, Clock, FaultLog } from '#common/platform';
import { ChangeFeed } from '../live/change-feed.js';
import { WebhookPolicy } from './webhook-policy.js';
import { WebhookPost } from './webhook-post.js';
import { type ServedWebhook, WebhookQueue } from './webhook-queue.port.js';
import { type RunSurroundings, WebhookRun } from './webhook-run.js';

/** Serves the subscriptions that this process holds, and takes those that nobody does. */
@Injectable()
export class WebhookCourier implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #runs = new Map<string, WebhookRun>();
  readonly #around: RunSurroundings;
  #stopListening: (() => void) | null = null;
  #cancel: CancelTimer | null = null;
  #beating: Promise<void> | null = null;
  #isWoken = false;
  #isStopped = false;

  constructor(
    private readonly queue: WebhookQueue,
    private readonly feed: ChangeFeed,
    post: WebhookPost,
    private readonly clock: Clock,
    private readonly policy: WebhookPolicy,
  ) {
    const faults = new FaultLog(new Logger(WebhookCourier.name), clock);
    this.#around = { holder: randomUUID(), feed, post, queue, policy, clock, faults };
  }

  onApplicationBootstrap(): void {
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#beating;
    await Promise.all([...this.#runs.values()].map((run) => run.end()));
    this.#listen(false);
    await this.#leave();
  }

  /** Subscriptions were made or changed: do not wait for the next beat. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isStopped || this.#beating !== null) return;
    this.#cancel?.();
    this.#isWoken = false;
    this.#beating = this.#beat().finally(() => {
      this.#beating = null;
      if (this.#isWoken) this.wake();
      else if (!this.#isStopped)
        this.#cancel = this.clock.after(this.policy.beatMs, () => this.wake());
    });
  }

  /** Never fails: the next beat tries again, and until then no call begins without a lease. */
  async #beat(): Promise<void> {
    try {
      const begun = this.clock.monotonicMs();
      await this.#pass();
      const { holder } = this.#around;
      const calls = new Map([...this.#runs].map(([id, run]) => [id, run.calls]));
      const held = await this.queue.claim(holder, this.policy.leaseMs);
      this.#hold(held, begun + this.policy.leaseMs, calls);
    } catch (fault) {
      this.#around.faults.note('Subscriptions could not be read; the next beat tries again', fault);
    }
  }

  async #pass(): Promise<void> {
    const passed = [...this.#runs.values()].map((run) => run.passed).filter((one) => one !== null);
    if (passed.length > 0) await this.queue.pass(this.#around.holder, passed);
  }

  #hold(
    held: readonly ServedWebhook[],
    heldUntilMs: number,
    calls: ReadonlyMap<string, number>,
  ): void {
    this.#listen(held.length > 0);
    const ids = new Set(held.map(({ id }) => id));
    for (const [id, run] of this.#runs) if (!ids.has(id)) this.#drop(id, run);
    for (const webhook of held) {
      const run = this.#runs.get(webhook.id) ?? new WebhookRun(webhook, this.#around);
      this.#runs.set(webhook.id, run);
      run.hold(webhook, heldUntilMs, calls.get(webhook.id) ?? 0);
    }
  }

  #drop(id: string, run: WebhookRun): void {
    this.#runs.delete(id);
    void run.end();
  }

  /** Changes are read only while somebody is to be told of them. */
  #listen(isHeard: boolean): void {
    if (isHeard)
      this.#stopListening ??= this.feed.listen(() => {
        for (const run of this.#runs.values()) run.wake();
      });
    else {
      this.#stopListening?.();
      this.#stopListening = null;
    }
  }

  async #leave(): Promise<void> {
    try {
      await this.queue.release(this.#around.holder);
    } catch (fault) {
      this.#around.faults.note('Subscriptions were not released; their leases end soon', fault);
    }
  }
}
