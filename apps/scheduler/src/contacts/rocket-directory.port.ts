/** What the scheduler asks of the rocket monitor. */
export abstract class RocketDirectory {
  /**
   * Why the rocket exploded; null while it is whole or not known at all.
   * @throws {DomainError} ROCKET_STATE_UNAVAILABLE when nobody answers in time.
   */
  abstract explosionReason(channel: string): Promise<string | null>;
}
