import { DomainError, type Instant } from '#common/domain';
import type { Envelope } from '#common/messaging';
import {
  type AcknowledgeableAlarm,
  type Acknowledgement,
  type Alarm,
  type AlarmChange,
  type AlarmRecord,
  type AlarmSeries,
  stateOf,
} from '../../alarms/alarm.js';
import { type AlarmMerge, mergeAlarms, orphansCleared } from '../../alarms/alarm-merge.js';
import { messageOf } from '../../alarms/alarm-message.js';
import {
  type AcknowledgedAlarm,
  type AlarmQuery,
  AlarmStore,
  type KnownLimits,
} from '../../alarms/alarm-store.port.js';
import {
  compareLimits,
  isLimited,
  LIMITS_MAX,
  LIMITS_PER_SHIP_MAX,
  limitsFull,
  type LimitKey,
  type ShipLimit,
} from '../../alarms/ship-limit.js';

const keyOf = ({ shipName, field, battery }: LimitKey): string =>
  JSON.stringify([shipName, field, battery]);

export class MemoryAlarmStore extends AlarmStore {
  readonly #limits = new Map<string, ShipLimit>();
  readonly #alarms = new Map<string, Alarm>();
  #revision = 0;
  #lastPosition = 0;

  constructor(private readonly outbox: Envelope[] = []) {
    super();
  }

  async limitsRevision(): Promise<number> {
    return this.#revision;
  }

  async limits(): Promise<KnownLimits> {
    return { revision: this.#revision, limits: [...this.#limits.values()] };
  }

  async limitsOf(shipName: string): Promise<ShipLimit[]> {
    return this.#ofShip(shipName).toSorted(compareLimits);
  }

  async putLimit(limit: ShipLimit, at: Instant): Promise<AlarmChange[]> {
    if (!this.#limits.has(keyOf(limit))) this.#refuseIfFull(limit.shipName);
    this.#limits.set(keyOf(limit), limit);
    return this.#limitsChanged(limit.shipName, at);
  }

  async removeLimit(key: LimitKey, at: Instant): Promise<AlarmChange[] | null> {
    return this.#limits.delete(keyOf(key)) ? this.#limitsChanged(key.shipName, at) : null;
  }

  async save(records: readonly AlarmRecord[]): Promise<AlarmChange[]> {
    return this.#write(mergeAlarms([...this.#alarms.values()], records, this.#isLimited));
  }

  async openAlarms(shipNames: readonly string[]): Promise<Alarm[]> {
    return this.#open(new Set(shipNames));
  }

  async alarms({ state, shipName, severity, before, limit }: AlarmQuery): Promise<Alarm[]> {
    return [...this.#alarms.values()]
      .filter((alarm) => state === null || stateOf(alarm) === state)
      .filter((alarm) => shipName === null || alarm.shipName === shipName)
      .filter((alarm) => severity === null || alarm.severity === severity)
      .filter(({ position }) => before === null || position < before)
      .toSorted((a, b) => b.position - a.position)
      .slice(0, limit);
  }

  async alarm(id: string): Promise<Alarm | null> {
    return this.#alarms.get(id) ?? null;
  }

  async acknowledge(id: string, acknowledged: Acknowledgement): Promise<AcknowledgedAlarm | null> {
    const known = this.#alarms.get(id);
    if (!known) return null;
    if (known.acknowledged !== null) return { alarm: known, isNew: false };
    const alarm = { ...known, acknowledged };
    this.#alarms.set(id, alarm);
    this.outbox.push(messageOf({ event: 'acknowledged', alarm }));
    return { alarm, isNew: true };
  }

  async forgetCleared(keep: number): Promise<number> {
    const cleared = [...this.#alarms.values()].filter(({ clearedAt }) => clearedAt !== null);
    const old = cleared.toSorted((a, b) => b.position - a.position).slice(keep);
    for (const { id } of old) this.#alarms.delete(id);
    return old.length;
  }

  readonly #isLimited = (series: AlarmSeries): boolean =>
    isLimited(this.#ofShip(series.shipName), series);

  #ofShip(shipName: string): ShipLimit[] {
    return [...this.#limits.values()].filter((limit) => limit.shipName === shipName);
  }

  #open(shipNames: ReadonlySet<string>): Alarm[] {
    return [...this.#alarms.values()].filter(
      ({ shipName, clearedAt }) => clearedAt === null && shipNames.has(shipName),
    );
  }

  #refuseIfFull(shipName: string): void {
    if (this.#limits.size >= LIMITS_MAX || this.#ofShip(shipName).length >= LIMITS_PER_SHIP_MAX)
      throw new DomainError('LIMITS_FULL', limitsFull());
  }

  #limitsChanged(shipName: string, at: Instant): AlarmChange[] {
    this.#revision += 1;
    return this.#write(orphansCleared(this.#open(new Set([shipName])), this.#isLimited, at));
  }

  #write({ alarms, changes }: AlarmMerge): AlarmChange[] {
    for (const alarm of alarms) this.#put(alarm);
    this.outbox.push(...changes.map(messageOf));
    return [...changes];
  }

  #put(alarm: AcknowledgeableAlarm): void {
    const position = this.#alarms.get(alarm.id)?.position ?? (this.#lastPosition += 1);
    this.#alarms.set(alarm.id, { ...alarm, position });
  }
}
