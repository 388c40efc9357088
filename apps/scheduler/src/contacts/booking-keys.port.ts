/** A request that its sender may repeat; the key is the sender's choice. */
export interface KeyedRequest {
  readonly key: string;
  /** Of all that the request asks for: another one is another request. */
  readonly fingerprint: string;
}

/** What was answered to requests that came with a key; the stores keep it beside the booking. */
export abstract class BookingKeys {
  /**
   * What the store has answered to this request; null when it is new.
   * @throws {DomainError} IDEMPOTENCY_KEY_REUSED when another request came under the key.
   */
  abstract answerTo<T>(request: KeyedRequest): Promise<T | null>;
  /** Forgets keys that are older; at most so many, and says how many. */
  abstract forget(ageMs: number, limit: number): Promise<number>;
}
