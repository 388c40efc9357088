import type { RocketFact } from '#common/domain';
import type { PartHealth } from '#common/platform';

/** Tells the other apps what became known of a rocket. */
export abstract class RocketEvents {
  /**
   * In the order of the facts, at least once.
   * @throws DomainError ROCKET_STORE_FULL when no more can wait to be told: then the message that
   *   made it known must not be taken.
   */
  abstract publish(channel: string, fact: RocketFact): void;

  /** How the way to the others is; never `down`, since rockets can be followed without. */
  abstract health(): Promise<PartHealth>;
}
