import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { TakenPacket } from '../live/sample-feed.js';
import type { AlarmRecord, AlarmSeries } from './alarm.js';
import { afterValue, clearedAt } from './alarm-course.js';
import { CALM, judge, type MonitorState } from './limit-monitor.js';
import type { Limit } from './limit.js';

/** Nothing newer has come for so long, only older: then the ship's clock was set back. */
export const CLOCK_SET_BACK_MICROS = 60 * MICROS_PER_SECOND;

export type AlarmReport = (alarm: AlarmRecord) => void;

/** One field of one battery: what is known of it, and its alarm. */
export class SeriesWatch {
  #monitor: MonitorState = CALM;
  #alarm: AlarmRecord | null = null;
  /** When the newest value was received, by our clock. */
  #receivedAt: Instant = 0;
  #isWorseUnsaved = false;

  constructor(
    private readonly series: AlarmSeries,
    private readonly report: AlarmReport,
  ) {}

  take(limit: Limit, value: number, packet: TakenPacket): void {
    const { generatedAt: at, receivedAt, contactId } = packet;
    const { lastAt } = this.#monitor;
    if (lastAt !== null && at <= lastAt) {
      if (receivedAt - this.#receivedAt < CLOCK_SET_BACK_MICROS) return;
      this.#monitor = { ...CALM, severity: this.#monitor.severity };
    }
    this.#receivedAt = receivedAt;
    this.#monitor = judge(limit, this.#monitor, value, at);
    const { severity } = this.#monitor;
    if (severity === 'normal' && this.#alarm === null) return;
    this.#follow(afterValue(this.#alarm, this.series, limit, { severity, value, at, contactId }));
  }

  /** What the list says, before any value of a contact is judged. */
  begin(alarm: AlarmRecord | null, receivedAt: Instant): void {
    const known = [this.#monitor.lastAt, alarm?.changedAt, alarm?.worst?.at];
    const lastAt = Math.max(...known.map((at) => at ?? Number.NEGATIVE_INFINITY));
    this.#alarm = alarm;
    this.#isWorseUnsaved = false;
    this.#receivedAt = Math.max(this.#receivedAt, receivedAt);
    this.#monitor = {
      ...CALM,
      severity: alarm?.severity ?? 'normal',
      lastAt: Number.isFinite(lastAt) ? lastAt : null,
    };
  }

  /** What the list says, after values were judged already. One of our own is the same to the list. */
  meet(alarm: AlarmRecord, receivedAt: Instant): void {
    const { lastAt } = this.#monitor;
    if (this.#alarm !== null) return;
    if (lastAt === null || lastAt <= alarm.changedAt) this.begin(alarm, receivedAt);
    else this.report(clearedAt(alarm, lastAt));
  }

  get alarm(): AlarmRecord | null {
    return this.#alarm;
  }

  /** Not each new worst value is worth a write. */
  reportWorst(): void {
    if (this.#isWorseUnsaved && this.#alarm) this.report(this.#alarm);
    this.#isWorseUnsaved = false;
  }

  #follow(next: AlarmRecord | null): void {
    const before = this.#alarm;
    if (next === null || next === before) return;
    const isOver = next.clearedAt !== null;
    this.#alarm = isOver ? null : next;
    this.#isWorseUnsaved = !isOver && before?.severity === next.severity;
    if (!this.#isWorseUnsaved) this.report(next);
  }
}
