import type { Instant } from '#common/domain';
import {
  type AcknowledgeableAlarm,
  type AlarmChange,
  type AlarmEvent,
  type AlarmRecord,
  type AlarmSeries,
  seriesKey,
} from './alarm.js';

/** What is to be written and told. */
export interface AlarmMerge {
  /** Each once, as it is in the end. */
  readonly alarms: readonly AcknowledgeableAlarm[];
  readonly changes: readonly AlarmChange[];
}

interface MergedAlarm {
  readonly alarm: AcknowledgeableAlarm;
  readonly events: readonly AlarmEvent[];
}

/**
 * Brings what the list has to what is given. An alarm of a series that has another one which is not
 * over is that one, raised a second time by who did not know of it.
 * @param known those of the same ids, and those of the same series that are not over
 */
export function mergeAlarms(
  known: readonly AcknowledgeableAlarm[],
  records: readonly AlarmRecord[],
  isLimited: (series: AlarmSeries) => boolean,
): AlarmMerge {
  const byId = new Map(known.map((alarm) => [alarm.id, alarm]));
  const open = new Map(
    known.filter(({ clearedAt }) => clearedAt === null).map((alarm) => [seriesKey(alarm), alarm]),
  );
  const alarms = new Map<string, AcknowledgeableAlarm>();
  const changes: AlarmChange[] = [];
  for (const record of records) {
    const key = seriesKey(record);
    const before = byId.get(record.id) ?? open.get(key);
    const after = before ? merged(before, record) : newInList(record, isLimited);
    if (after === null) continue;
    const { alarm, events } = after;
    byId.set(alarm.id, alarm);
    if (alarm.clearedAt === null) open.set(key, alarm);
    else open.delete(key);
    alarms.set(alarm.id, alarm);
    changes.push(...events.map((event) => ({ event, alarm })));
  }
  return { alarms: [...alarms.values()], changes };
}

/** Alarms of limits that are gone. */
export function orphansCleared(
  open: readonly AcknowledgeableAlarm[],
  isLimited: (series: AlarmSeries) => boolean,
  at: Instant,
): AlarmMerge {
  const alarms = open
    .filter((alarm) => !isLimited(alarm))
    .map((alarm) => ({ ...alarm, clearedAt: at, version: alarm.version + 1 }));
  return { alarms, changes: alarms.map((alarm) => ({ event: 'cleared' as const, alarm })) };
}

function newInList(
  record: AlarmRecord,
  isLimited: (series: AlarmSeries) => boolean,
): MergedAlarm | null {
  const alarm = { ...record, acknowledged: null };
  if (record.clearedAt !== null) return { alarm, events: ['raised', 'cleared'] };
  return isLimited(record) ? { alarm, events: ['raised'] } : null;
}

/** Null: nothing new. What is over stays so, and older news than known change nothing. */
function merged(known: AcknowledgeableAlarm, record: AlarmRecord): MergedAlarm | null {
  const isSame = known.id === record.id;
  if (known.clearedAt !== null || (isSame && record.version <= known.version)) return null;
  const { severity, value, limit, worst, changedAt, clearedAt } = record;
  const version = isSame ? record.version : known.version;
  const alarm = { ...known, severity, value, limit, worst, changedAt, clearedAt, version };
  const events: AlarmEvent[] = [];
  if (severity !== known.severity) events.push('changed');
  if (clearedAt !== null) events.push('cleared');
  return { alarm, events };
}
