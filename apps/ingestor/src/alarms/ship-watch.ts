import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import type { Clock } from '#common/platform';
import type { TakenPacket } from '../live/sample-feed.js';
import type { PacketReaders } from '../packets/packet-readers.js';
import { type AlarmRecord, seriesKey } from './alarm.js';
import { FieldWatch } from './field-watch.js';
import type { OpenContact } from './open-contacts.js';
import type { SeriesBudget } from './series-budget.js';
import type { AlarmReport } from './series-watch.js';
import type { ShipLimit } from './ship-limit.js';

/** So many packets wait until the list is read; then they are judged without what it says. */
export const HELD_PACKETS_MAX = 64;

/** The contact goes on, here or elsewhere. */
const GOES_ON: ReadonlySet<unknown> = new Set(['superseded', 'lost', 'shutdown']);

export interface ShipWatchParts {
  readonly readers: Pick<PacketReaders, 'named'>;
  readonly budget: SeriesBudget;
  readonly clock: Clock;
  readonly report: AlarmReport;
  /** The list is to be read. */
  readonly onWaiting: () => void;
}

/** A field of a packet definition that has limits. */
interface Column {
  readonly at: number;
  readonly watch: FieldWatch;
}

/**
 * idle: no contact. unread: a contact, and what the list says of the ship is not known yet. open: each
 * value is judged.
 */
type Phase = 'idle' | 'unread' | 'open';

/** Holds what one ship sends against its limits. */
export class ShipWatch {
  readonly #fields = new Map<string, FieldWatch>();
  readonly #columns = new Map<string, readonly Column[]>();
  #phase: Phase = 'idle';
  #held: TakenPacket[] = [];
  /** There was no more room to hold: values are judged, and the list is to be read all the same. */
  #isBehind = false;
  #contacts: readonly OpenContact[] = [];
  /** When the first sign of this contact came, by the monotonic clock. */
  #sinceMs = 0;
  #streamingSinceMs: number | null = null;

  constructor(private readonly parts: ShipWatchParts) {}

  get isIdle(): boolean {
    return this.#phase === 'idle';
  }

  /** The list is to be read, then `begin` to be called. */
  get isWaiting(): boolean {
    return this.#phase === 'unread' || this.#isBehind;
  }

  setLimits(limits: readonly ShipLimit[]): void {
    for (const { field } of limits) this.#fieldWatch(field);
    for (const [field, watch] of this.#fields) {
      const own = limits.filter((limit) => limit.field === field);
      watch.setLimits(own);
      if (own.length === 0) this.#fields.delete(field);
    }
    this.#columns.clear();
  }

  take(packet: TakenPacket): void {
    if (this.#phase === 'open') return this.#judge(packet);
    this.#await();
    this.#held.push(packet);
    if (this.#held.length >= HELD_PACKETS_MAX) {
      this.#isBehind = true;
      this.#judgeHeld();
    }
  }

  /** With all alarms of the ship that the list has and that are not over. */
  begin(alarms: readonly AlarmRecord[]): void {
    if (!this.isWaiting) return;
    const now = this.#now;
    for (const [field, watch] of this.#fields) {
      const own = alarms.filter((alarm) => alarm.field === field);
      if (this.#isBehind) watch.meet(own, now, this.#sinceMs);
      else watch.begin(own, now);
    }
    this.#isBehind = false;
    if (this.#phase === 'unread') this.#judgeHeld();
  }

  /** Those that it takes to be open. */
  get alarms(): AlarmRecord[] {
    return [...this.#fields.values()].flatMap(({ alarms }) => alarms);
  }

  /**
   * After limits were changed, and what is held was saved.
   * @param held as `alarms` gave them before it was saved
   * @param listed all of the ship that are not over
   */
  correct(held: readonly AlarmRecord[], listed: readonly AlarmRecord[]): void {
    const bySeries = new Map(listed.map((alarm) => [seriesKey(alarm), alarm]));
    const now = this.#now;
    for (const alarm of held)
      this.#fields.get(alarm.field)?.correct(alarm, bySeries.get(seriesKey(alarm)) ?? null, now);
  }

  /** From time to time, with the contacts of the ship. */
  look(contacts: readonly OpenContact[]): void {
    if (contacts.length > 0) this.#contacts = contacts;
    const streaming = contacts.find(({ agreement }) => agreement !== null);
    if (streaming) this.#lookForSilence(streaming.contactId);
    else this.#streamingSinceMs = null;
    if (contacts.length === 0 && this.#phase === 'open' && !this.#isBehind) this.#end();
  }

  reportWorst(): void {
    for (const watch of this.#fields.values()) watch.reportWorst();
  }

  /** What can be forgotten while there is no contact. */
  forgetAll(): void {
    for (const watch of this.#fields.values()) watch.forgetAll();
  }

  #await(): void {
    if (this.#phase !== 'idle') return;
    this.#phase = 'unread';
    this.#sinceMs = this.parts.clock.monotonicMs();
    this.parts.onWaiting();
  }

  #lookForSilence(contactId: string): void {
    const nowMs = this.parts.clock.monotonicMs();
    this.#streamingSinceMs ??= nowMs;
    const isAsked = [...this.#fields.values()].some(({ hasSilences }) => hasSilences);
    if (!isAsked) return;
    this.#await();
    if (this.#phase !== 'open') return;
    for (const watch of this.#fields.values()) watch.look(this.#streamingSinceMs, contactId);
  }

  #end(): void {
    this.reportWorst();
    const goesOn = this.#contacts.some(({ endCause }) => GOES_ON.has(endCause));
    if (!goesOn) for (const watch of this.#fields.values()) watch.endSilences();
    this.#phase = 'idle';
    this.#contacts = [];
  }

  #judgeHeld(): void {
    const held = this.#held;
    this.#held = [];
    this.#phase = 'open';
    for (const packet of held) this.#judge(packet);
  }

  #judge(packet: TakenPacket): void {
    const { definition, packet: bytes } = packet;
    const columns = this.#columnsOf(definition);
    if (columns.length === 0) return;
    for (const { battery, values } of this.parts.readers.named(definition)?.samplesOf(bytes) ?? [])
      for (const { at, watch } of columns) {
        const value = values[at];
        if (typeof value === 'number') watch.take(battery, value, packet);
      }
  }

  #columnsOf(definition: string): readonly Column[] {
    const known = this.#columns.get(definition);
    if (known) return known;
    const fields = this.parts.readers.named(definition)?.fields ?? [];
    const columns = fields.flatMap(({ name }, at) => {
      const watch = this.#fields.get(name);
      return watch ? [{ at, watch }] : [];
    });
    this.#columns.set(definition, columns);
    return columns;
  }

  get #now(): Instant {
    return this.parts.clock.nowMs() * MICROS_PER_MILLISECOND;
  }

  #fieldWatch(field: string): FieldWatch {
    const known = this.#fields.get(field);
    if (known) return known;
    const { budget, clock, report } = this.parts;
    const made = new FieldWatch(field, budget, clock, report);
    this.#fields.set(field, made);
    return made;
  }
}
