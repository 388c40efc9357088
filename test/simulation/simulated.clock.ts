import { type CancelTimer, Clock } from '#common/platform';
import type { EventLoop } from './event.loop.js';

const MICROS_PER_MS = 1_000;

/** What a host's clock shows beside the database's: it may step at any moment. */
export interface ClockOffset {
  micros: number;
}

/** The clock of one process. Its timers end with the process. */
export class SimulatedClock extends Clock {
  constructor(
    private readonly loop: EventLoop,
    private readonly offset: ClockOffset = { micros: 0 },
    private readonly isAlive: () => boolean = () => true,
  ) {
    super();
  }

  nowMs(): number {
    return Math.floor((this.loop.nowMicros + this.offset.micros) / MICROS_PER_MS);
  }

  monotonicMs(): number {
    return this.loop.nowMicros / MICROS_PER_MS;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    return this.loop.after(Math.max(0, delayMs) * MICROS_PER_MS, () => {
      if (this.isAlive()) action();
    });
  }
}

/** The database's clock: the one that decides, to the microsecond. */
export class DatabaseClock extends SimulatedClock {
  readonly #loop: EventLoop;

  constructor(loop: EventLoop) {
    super(loop);
    this.#loop = loop;
  }

  override nowMs(): number {
    return this.#loop.nowMicros / MICROS_PER_MS;
  }
}
