import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import type { Clock } from '#common/platform';
import type { AlarmRecord } from './alarm.js';
import { clearedAt, staleSince } from './alarm-course.js';
import type { AlarmReport } from './series-watch.js';
import type { ShipLimit } from './ship-limit.js';

/** Whether values that a limit is for still come. */
export class SilenceWatch {
  #heardMs = Number.NEGATIVE_INFINITY;
  #alarm: AlarmRecord | null = null;

  constructor(
    private limit: ShipLimit,
    private readonly clock: Clock,
    private readonly report: AlarmReport,
  ) {}

  /** New bounds for the same batteries. */
  change(limit: ShipLimit): void {
    this.limit = limit;
  }

  hear(): void {
    this.#heardMs = this.clock.monotonicMs();
    this.end();
  }

  /** While the ship should send, which it does since `sinceMs` of the monotonic clock. */
  look(sinceMs: number, contactId: string): void {
    const { staleAfterSeconds } = this.limit.limit;
    if (staleAfterSeconds === null || this.#alarm !== null) return;
    const quietMs = this.clock.monotonicMs() - Math.max(sinceMs, this.#heardMs);
    if (quietMs < staleAfterSeconds * 1_000) return;
    const { shipName, field, battery } = this.limit;
    const series = { shipName, field, battery, kind: 'stale' } as const;
    this.#alarm = staleSince(series, staleAfterSeconds, this.#now, contactId);
    this.report(this.#alarm);
  }

  /** A value has come, or none is to come any more. */
  end(): void {
    if (this.#alarm === null) return;
    this.report(clearedAt(this.#alarm, this.#now));
    this.#alarm = null;
  }

  begin(alarm: AlarmRecord | null): void {
    this.#alarm = alarm;
  }

  /** What the list says, after something may have come already; `sinceMs`: when this contact began. */
  meet(alarm: AlarmRecord, sinceMs: number): void {
    if (this.#alarm !== null) return;
    this.#alarm = alarm;
    if (this.#heardMs >= sinceMs) this.end();
  }

  get alarm(): AlarmRecord | null {
    return this.#alarm;
  }

  get #now(): Instant {
    return this.clock.nowMs() * MICROS_PER_MILLISECOND;
  }
}
