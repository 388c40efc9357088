import {
  type Instant,
  MICROS_PER_MILLISECOND,
  type RocketArrival,
  type RocketMessage,
} from '#common/domain';
import type { Clock } from '#common/platform';

/** Notes when each message came, by instants that only grow: within a process they are the order too. */
export class Arrivals {
  #last: Instant = 0;

  constructor(private readonly clock: Clock) {}

  note(message: RocketMessage): RocketArrival {
    this.#last = Math.max(this.#last + 1, this.clock.nowMs() * MICROS_PER_MILLISECOND);
    return { ...message, receivedAt: this.#last };
  }
}
