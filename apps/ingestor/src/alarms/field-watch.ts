import type { Instant } from '#common/domain';
import type { Clock } from '#common/platform';
import type { TakenPacket } from '../live/sample-feed.js';
import type { AlarmRecord } from './alarm.js';
import type { SeriesBudget } from './series-budget.js';
import { type AlarmReport, SeriesWatch } from './series-watch.js';
import type { ShipLimit } from './ship-limit.js';
import { SilenceWatch } from './silence-watch.js';

/** For all batteries. */
const ALL = null;

/** One field of a ship: its limits, and what is known of each battery. */
export class FieldWatch {
  #limits: ReadonlyMap<number | null, ShipLimit> = new Map();
  readonly #series = new Map<number, SeriesWatch>();
  readonly #silences = new Map<number | null, SilenceWatch>();

  constructor(
    private readonly field: string,
    private readonly budget: SeriesBudget,
    private readonly clock: Clock,
    private readonly report: AlarmReport,
  ) {}

  /** The alarms of what goes away were cleared by who took it away. */
  setLimits(limits: readonly ShipLimit[]): void {
    this.#limits = new Map(limits.map((limit) => [limit.battery, limit]));
    for (const battery of this.#series.keys())
      if (this.#limitOf(battery) === undefined) this.#forget(battery);
    const asking = limits.filter(({ limit }) => limit.staleAfterSeconds !== null);
    const isAsking = new Set(asking.map(({ battery }) => battery));
    for (const battery of this.#silences.keys())
      if (!isAsking.has(battery)) this.#silences.delete(battery);
    for (const limit of asking) this.#listen(limit);
  }

  take(battery: number, value: number, packet: TakenPacket): void {
    this.#silences.get(battery)?.hear();
    this.#silences.get(ALL)?.hear();
    const limit = this.#limitOf(battery);
    if (limit !== undefined) this.#seriesOf(limit, battery)?.take(limit.limit, value, packet);
  }

  get hasSilences(): boolean {
    return this.#silences.size > 0;
  }

  look(sinceMs: number, contactId: string): void {
    for (const silence of this.#silences.values()) silence.look(sinceMs, contactId);
  }

  reportWorst(): void {
    for (const series of this.#series.values()) series.reportWorst();
  }

  /** Before any value is judged: all that the list has of this field. */
  begin(alarms: readonly AlarmRecord[], now: Instant): void {
    for (const series of this.#series.values()) series.begin(null, now);
    for (const silence of this.#silences.values()) silence.begin(null);
    for (const alarm of alarms) {
      if (alarm.kind === 'stale') this.#silences.get(alarm.battery)?.begin(alarm);
      else this.#seriesFor(alarm)?.begin(alarm, now);
    }
  }

  /** As `begin`, when values were judged already. */
  meet(alarms: readonly AlarmRecord[], now: Instant, sinceMs: number): void {
    for (const alarm of alarms) {
      if (alarm.kind === 'stale') this.#silences.get(alarm.battery)?.meet(alarm, sinceMs);
      else this.#seriesFor(alarm)?.meet(alarm, now);
    }
  }

  /** Those that it takes to be open. */
  get alarms(): AlarmRecord[] {
    const watches = [...this.#series.values(), ...this.#silences.values()];
    return watches.flatMap(({ alarm }) => alarm ?? []);
  }

  /**
   * The limit of `held` may have been away and back, unseen: its alarm was cleared with it, and another
   * ingestor may have raised the next one.
   * @param listed the open one of the series, as the list has it; null: there is none
   */
  correct(held: AlarmRecord, listed: AlarmRecord | null, now: Instant): void {
    if (held.id === listed?.id) return;
    const { kind, battery } = held;
    const series = battery === null ? undefined : this.#series.get(battery);
    const watch = kind === 'stale' ? this.#silences.get(battery) : series;
    // Else it has gone on meanwhile.
    if (watch?.alarm?.id === held.id) watch.begin(listed, now);
  }

  endSilences(): void {
    for (const silence of this.#silences.values()) silence.end();
  }

  forgetAll(): void {
    for (const battery of this.#series.keys()) this.#forget(battery);
  }

  #limitOf(battery: number): ShipLimit | undefined {
    return this.#limits.get(battery) ?? this.#limits.get(ALL);
  }

  #seriesFor({ battery }: AlarmRecord): SeriesWatch | undefined {
    const limit = battery === null ? undefined : this.#limitOf(battery);
    return limit && battery !== null ? this.#seriesOf(limit, battery) : undefined;
  }

  #seriesOf({ shipName }: ShipLimit, battery: number): SeriesWatch | undefined {
    const known = this.#series.get(battery);
    if (known || !this.budget.take()) return known;
    const series = { shipName, field: this.field, battery, kind: 'limit' } as const;
    const made = new SeriesWatch(series, this.report);
    this.#series.set(battery, made);
    return made;
  }

  #forget(battery: number): void {
    if (this.#series.delete(battery)) this.budget.give();
  }

  #listen(limit: ShipLimit): void {
    const known = this.#silences.get(limit.battery);
    if (known) known.change(limit);
    else this.#silences.set(limit.battery, new SilenceWatch(limit, this.clock, this.report));
  }
}
