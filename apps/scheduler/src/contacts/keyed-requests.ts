import { Injectable } from '@nestjs/common';
import { BookingKeys, type KeyedRequest } from './booking-keys.port.js';

/**
 * Requests that come more than once. Those under one key take turns: in the database they would wait,
 * too, but each with a connection that others need.
 */
@Injectable()
export class KeyedRequests {
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(private readonly keys: BookingKeys) {}

  /**
   * What was answered to this request before; else what the work answers, which is to keep that.
   * Without a key it just works.
   * @throws {DomainError} IDEMPOTENCY_KEY_REUSED
   */
  async once<T>(request: KeyedRequest | null, work: () => Promise<T>): Promise<T> {
    if (request === null) return work();
    const answer = async (): Promise<T> => (await this.keys.answerTo<T>(request)) ?? work();
    const before = this.#last.get(request.key) ?? Promise.resolve();
    const mine = before.then(answer, answer);
    this.#last.set(request.key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(request.key) === mine) this.#last.delete(request.key);
    }
  }
}
