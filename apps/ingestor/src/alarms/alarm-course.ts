import { randomUUID } from 'node:crypto';
import type { Instant } from '#common/domain';
import type { AlarmRecord, AlarmSeries, AlarmSeverity, MeasuredValue } from './alarm.js';
import { boundOf, excessOf, type Limit, type Severity, weightOf } from './limit.js';

/** A value after it was judged. */
export interface JudgedValue extends MeasuredValue {
  readonly severity: Severity;
  readonly contactId: string;
}

/** The alarm of a series after this value: itself where nothing changed, cleared where it is over. */
export function afterValue(
  alarm: AlarmRecord | null,
  series: AlarmSeries,
  limit: Limit,
  judged: JudgedValue,
): AlarmRecord | null {
  const { severity, value, at } = judged;
  if (severity === 'normal') return alarm && clearedAt(alarm, at);
  if (alarm === null) return raised(series, limit, severity, judged);
  const worst = worseOf(limit, alarm.worst, { value, at });
  if (alarm.severity === severity)
    return worst === alarm.worst ? alarm : { ...alarm, worst, version: alarm.version + 1 };
  return {
    ...alarm,
    severity,
    value,
    limit: boundOf(limit, severity, value, limit.hysteresis),
    worst,
    changedAt: at,
    version: alarm.version + 1,
  };
}

export const clearedAt = (alarm: AlarmRecord, at: Instant): AlarmRecord => ({
  ...alarm,
  clearedAt: at,
  version: alarm.version + 1,
});

/** Nothing has come for too long; `at` by our clock, for there is no other. */
export const staleSince = (
  series: AlarmSeries,
  seconds: number,
  at: Instant,
  contactId: string | null,
): AlarmRecord => ({
  ...series,
  id: randomUUID(),
  severity: 'warning',
  value: null,
  limit: seconds,
  raisedAt: at,
  worst: null,
  changedAt: at,
  clearedAt: null,
  contactId,
  version: 1,
});

function raised(
  series: AlarmSeries,
  limit: Limit,
  severity: AlarmSeverity,
  { value, at, contactId }: JudgedValue,
): AlarmRecord {
  return {
    ...series,
    id: randomUUID(),
    severity,
    value,
    limit: boundOf(limit, severity, value, limit.hysteresis),
    raisedAt: at,
    worst: { value, at },
    changedAt: at,
    clearedAt: null,
    contactId,
    version: 1,
  };
}

/** Graver, or further outside; the first of equal ones stays. */
function worseOf(limit: Limit, worst: MeasuredValue | null, next: MeasuredValue): MeasuredValue {
  if (worst === null) return next;
  const [was, is] = [badness(limit, worst.value), badness(limit, next.value)];
  return is.weight > was.weight || (is.weight === was.weight && is.excess > was.excess)
    ? next
    : worst;
}

function badness(limit: Limit, value: number): { weight: number; excess: number } {
  const isCritical = boundOf(limit, 'critical', value) !== null;
  const severity = isCritical || limit.warning === null ? 'critical' : 'warning';
  return {
    weight: weightOf(isCritical ? 'critical' : 'warning'),
    excess: excessOf(limit, severity, value),
  };
}
