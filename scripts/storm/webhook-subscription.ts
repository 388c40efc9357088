import { call } from './http-call.js';

/** How far a subscription has come, and what its log says of changes that were given up. */
export interface SubscriptionFact {
  /** The number of the last change before it. */
  readonly from: number;
  readonly position: number;
  readonly state: string;
  readonly givenUp: readonly number[];
}

interface Subscribed {
  readonly id: string;
  readonly position: number;
  readonly state: string;
}

interface LoggedCall {
  readonly number: number | null;
  readonly outcome: string;
}

/** Made while nothing is struck: no answer is a fault. */
const ANSWER_MS_MAX = 20_000;
/** As many calls as the log keeps. */
const LOG_LIMIT = 1_000;

/** One subscription to all changes. */
export class WebhookSubscription {
  private constructor(
    private readonly schedulers: readonly string[],
    private readonly id: string,
    private readonly from: number,
  ) {}

  /** @throws when it is not taken */
  static async make(
    schedulers: readonly string[],
    wish: { readonly url: string; readonly secret: string },
  ): Promise<WebhookSubscription> {
    const answer = await call('POST', `${schedulers[0]}/webhooks`, ANSWER_MS_MAX, wish);
    if (answer.kind !== 'answer' || answer.status !== 201)
      throw new Error(`The subscription was not taken: ${JSON.stringify(answer)}`);
    const { id, position } = answer.body as Subscribed;
    return new WebhookSubscription(schedulers, id, position);
  }

  /** Null while nobody answers. */
  async position(): Promise<number | null> {
    return (await this.#ask<Subscribed>(''))?.position ?? null;
  }

  /** @throws when nobody answers */
  async read(): Promise<SubscriptionFact> {
    const subscribed = await this.#ask<Subscribed>('');
    const log = await this.#ask<LoggedCall[]>(`/deliveries?limit=${LOG_LIMIT}`);
    if (!subscribed || !log) throw new Error('Nobody tells how far the subscription has come');
    const givenUp = log.filter(({ outcome }) => outcome === 'failed').map(({ number }) => number);
    const { position, state } = subscribed;
    return {
      from: this.from,
      position,
      state,
      givenUp: givenUp.filter((number) => number !== null),
    };
  }

  async #ask<T>(path: string): Promise<T | null> {
    for (const scheduler of this.schedulers) {
      const answer = await call('GET', `${scheduler}/webhooks/${this.id}${path}`, ANSWER_MS_MAX);
      if (answer.kind === 'answer' && answer.status === 200) return answer.body as T;
    }
    return null;
  }
}
