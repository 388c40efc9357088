import type { RocketFact } from '#common/domain';
import type { PartHealth } from '#common/platform';

/**
 * The way on which the other apps hear what became known of a rocket. A store puts facts on it
 * together with the message that makes them known, in order, and they are told at least once.
 */
export abstract class RocketEvents {
  /** How the way to the others is; never `down`, since rockets can be followed without. */
  abstract health(): Promise<PartHealth>;
}

/** For stores whose own data is memory: those in a database put facts into an outbox of theirs. */
export interface RocketFactSink {
  /**
   * @throws DomainError ROCKET_STORE_FULL when no more can wait to be told: then the message that
   *   made it known must not be taken.
   */
  publish(channel: string, fact: RocketFact): void;
}
