import { poll } from '#common/embedded';
import { randomOf } from '../rockets/random.js';
import type { WebhookFact } from './check-webhook.js';
import { LiveWatcher, type LiveFact } from './live-watcher.js';
import { WebhookReceiver } from './webhook-receiver.js';
import { WebhookSubscription } from './webhook-subscription.js';

export interface WitnessFacts {
  readonly live: readonly LiveFact[];
  readonly webhook: WebhookFact;
}

const LISTENERS = 2;
/** The last numbers are heard at once; a listener may have to notice first that it hears nothing. */
const HEARD_MS_MAX = 30_000;
/** A lease of a dead scheduler, the delays of a refused change, and what had piled up behind it. */
const DELIVERED_MS_MAX = 120_000;
const LOOK_EVERY_MS = 250;

/** Whoever is told of the changes of contacts: listeners to live events, and a webhook's receiver. */
export class Witnesses {
  readonly #stopping = new AbortController();
  readonly #listeners: readonly LiveWatcher[];
  readonly #listening: Promise<unknown>;

  private constructor(
    private readonly receiver: WebhookReceiver,
    private readonly subscription: WebhookSubscription,
    schedulers: readonly string[],
    seed: number,
  ) {
    this.#listeners = Array.from(
      { length: LISTENERS },
      (_, at) => new LiveWatcher(`listener ${at + 1}`, schedulers, randomOf(seed + at)),
    );
    const { signal } = this.#stopping;
    this.#listening = Promise.all(this.#listeners.map((one) => one.run(signal)));
  }

  /** While nothing is struck. @throws when the webhook is not taken */
  static async open(schedulers: readonly string[], seed: number): Promise<Witnesses> {
    const receiver = await WebhookReceiver.open();
    try {
      const subscription = await WebhookSubscription.make(schedulers, {
        url: receiver.url,
        secret: receiver.secret,
      });
      return new Witnesses(receiver, subscription, schedulers, seed);
    } catch (fault) {
      await receiver.close();
      throw fault;
    }
  }

  /** The storm is over: from here on every call is taken. */
  calm(): void {
    this.receiver.refusals.end();
  }

  /** What they know once they were told of the change `last`, or have waited long enough. */
  async testify(last: number, signal: AbortSignal): Promise<WitnessFacts> {
    const areTold = (): true | undefined =>
      signal.aborted || this.#listeners.every((one) => one.last >= last) || undefined;
    await poll(areTold, HEARD_MS_MAX, LOOK_EVERY_MS);
    const isDelivered = async (): Promise<true | undefined> =>
      signal.aborted || ((await this.subscription.position()) ?? 0) >= last || undefined;
    await poll(isDelivered, DELIVERED_MS_MAX, LOOK_EVERY_MS);
    const { taken, forged } = this.receiver;
    return {
      live: this.#listeners.map((one) => one.toFact()),
      webhook: {
        taken: [...taken],
        forged: [...forged],
        refused: { ...this.receiver.refusals.counts },
        subscription: await this.subscription.read(),
      },
    };
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#listening;
    await this.receiver.close();
  }
}
