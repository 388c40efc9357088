import { MICROS_PER_MILLISECOND } from '#common/domain';
import { type CancelTimer, Clock, type PartHealth } from '#common/platform';
import type { DatabaseTime } from './database-time.port.js';

/** More apart, and something is wrong with a host. */
export const OFFSET_MS_MAX = 250;
/** The fastest answer of so many says most. */
const READINGS = 5;

/** One reading of the other clock, on ours that never steps. */
interface Reading {
  readonly databaseMs: number;
  readonly answeredAtMs: number;
  readonly roundTripMs: number;
  readonly wallMs: number;
}

/**
 * The database's clock as far as this process can tell: a reading of it, and how long ago that was by
 * the clock that never steps. So a step of this host's clock changes nothing, and one of the database's
 * host is noticed with the next reading. It is rather a little late than early: as if answers took
 * no time on their way back.
 */
export class DatabaseClock extends Clock {
  #reading: Reading | null = null;

  constructor(
    private readonly inner: Clock,
    private readonly time: DatabaseTime,
  ) {
    super();
  }

  /** Before the first reading: as the operating system believes. */
  nowMs(): number {
    if (this.#reading === null) return this.inner.nowMs();
    return this.#reading.databaseMs + this.inner.monotonicMs() - this.#reading.answeredAtMs;
  }

  monotonicMs(): number {
    return this.inner.monotonicMs();
  }

  after(delayMs: number, action: () => void): CancelTimer {
    return this.inner.after(delayMs, action);
  }

  async measure(): Promise<void> {
    let best = await this.#read();
    for (let nr = 1; nr < READINGS; nr += 1) {
      const reading = await this.#read();
      if (reading.roundTripMs < best.roundTripMs) best = reading;
    }
    this.#reading = best;
  }

  /** How far the database's clock is ahead of this host's; null before the first reading. */
  offsetMs(): number | null {
    if (this.#reading === null) return null;
    const { databaseMs, roundTripMs, wallMs } = this.#reading;
    return databaseMs + roundTripMs / 2 - wallMs;
  }

  health(): PartHealth {
    const offsetMs = this.offsetMs();
    if (offsetMs === null || this.#reading === null)
      return { status: 'up', offset_ms: null, round_trip_ms: null };
    const details = {
      offset_ms: round(offsetMs),
      round_trip_ms: round(this.#reading.roundTripMs),
    };
    if (Math.abs(offsetMs) <= OFFSET_MS_MAX) return { status: 'up', ...details };
    const reason = `This host's clock and the database's are over ${OFFSET_MS_MAX} ms apart`;
    return { status: 'degraded', reason, ...details };
  }

  async #read(): Promise<Reading> {
    const askedAtMs = this.inner.monotonicMs();
    const databaseMs = (await this.time.read()) / MICROS_PER_MILLISECOND;
    const answeredAtMs = this.inner.monotonicMs();
    const wallMs = this.inner.nowMs();
    return { databaseMs, answeredAtMs, roundTripMs: answeredAtMs - askedAtMs, wallMs };
  }
}

const round = (ms: number): number => Math.round(ms * 1_000) / 1_000;
