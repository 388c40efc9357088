import { type CancelTimer, Clock } from './clock.js';

interface Alarm {
  readonly dueAtMs: number;
  readonly action: () => void;
}

/** A clock whose time the test sets. Alarms run in order of their instants, ties in order of set. */
export class ManualClock extends Clock {
  readonly #alarms = new Set<Alarm>();
  #nowMs: number;

  constructor(now: Date) {
    super();
    this.#nowMs = now.getTime();
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const alarm = { dueAtMs: this.#nowMs + Math.max(0, delayMs), action };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Moves time on, and runs what comes due on the way, also what those actions set. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueAtMs);
      next.action();
    }
    this.#nowMs = end;
  }

  get alarmCount(): number {
    return this.#alarms.size;
  }

  #next(endMs: number): Alarm | undefined {
    return [...this.#alarms]
      .filter(({ dueAtMs }) => dueAtMs <= endMs)
      .toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0];
  }
}
