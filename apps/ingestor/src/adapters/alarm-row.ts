import type { Instant } from '#common/domain';
import { formatInstant } from '#common/domain';
import type {
  AcknowledgeableAlarm,
  Acknowledgement,
  Alarm,
  AlarmKind,
  AlarmSeverity,
  MeasuredValue,
} from '../alarms/alarm.js';
import type { LimitBand } from '../alarms/limit.js';
import type { ShipLimit } from '../alarms/ship-limit.js';
import { instantOrNull, micros } from './telemetry-row.js';

export const LIMIT_COLUMNS = `ship_name, field, battery, warning_low, warning_high, critical_low,
  critical_high, persistence_seconds, hysteresis, stale_after_seconds`;

export interface LimitRow {
  readonly ship_name: string;
  readonly field: string;
  readonly battery: number | null;
  readonly warning_low: number | null;
  readonly warning_high: number | null;
  readonly critical_low: number | null;
  readonly critical_high: number | null;
  readonly persistence_seconds: number;
  readonly hysteresis: number;
  readonly stale_after_seconds: number | null;
}

export const limitOf = (row: LimitRow): ShipLimit => ({
  shipName: row.ship_name,
  field: row.field,
  battery: row.battery,
  limit: {
    warning: bandOf(row.warning_low, row.warning_high),
    critical: bandOf(row.critical_low, row.critical_high),
    persistenceSeconds: row.persistence_seconds,
    hysteresis: row.hysteresis,
    staleAfterSeconds: row.stale_after_seconds,
  },
});

/** In the order of the columns. */
export const limitParameters = ({ shipName, field, battery, limit }: ShipLimit): unknown[] => [
  shipName,
  field,
  battery,
  limit.warning?.low ?? null,
  limit.warning?.high ?? null,
  limit.critical?.low ?? null,
  limit.critical?.high ?? null,
  limit.persistenceSeconds,
  limit.hysteresis,
  limit.staleAfterSeconds,
];

const bandOf = (low: number | null, high: number | null): LimitBand | null =>
  low === null && high === null ? null : { low, high };

export const ALARM_COLUMNS = [
  'id, position, ship_name, field, battery, kind, severity, value, "limit", worst_value',
  'contact_id, version, acked_by, ack_comment',
  ...['raised_at', 'worst_at', 'changed_at', 'cleared_at', 'acked_at'].map(micros),
].join(', ');

export interface AlarmRow {
  readonly id: string;
  readonly position: string;
  readonly ship_name: string;
  readonly field: string;
  readonly battery: number | null;
  readonly kind: AlarmKind;
  readonly severity: AlarmSeverity;
  readonly value: number | null;
  readonly limit: number | null;
  readonly raised_at: string;
  readonly worst_value: number | null;
  readonly worst_at: string | null;
  readonly changed_at: string;
  readonly cleared_at: string | null;
  readonly contact_id: string | null;
  readonly version: string;
  readonly acked_by: string | null;
  readonly acked_at: string | null;
  readonly ack_comment: string | null;
}

export const alarmOf = (row: AlarmRow): Alarm => ({
  id: row.id,
  position: Number(row.position),
  shipName: row.ship_name,
  field: row.field,
  battery: row.battery,
  kind: row.kind,
  severity: row.severity,
  value: row.value,
  limit: row.limit,
  raisedAt: Number(row.raised_at),
  worst: worstOf(row),
  changedAt: Number(row.changed_at),
  clearedAt: instantOrNull(row.cleared_at),
  contactId: row.contact_id,
  version: Number(row.version),
  acknowledged: acknowledgementOf(row),
});

const worstOf = ({ worst_value: value, worst_at: at }: AlarmRow): MeasuredValue | null =>
  value === null || at === null ? null : { value, at: Number(at) };

const acknowledgementOf = ({
  acked_by: by,
  acked_at: at,
  ack_comment,
}: AlarmRow): Acknowledgement | null =>
  by === null || at === null ? null : { by, at: Number(at), comment: ack_comment };

/** As `json_to_recordset` reads it. */
export const alarmJson = (alarm: AcknowledgeableAlarm): object => ({
  id: alarm.id,
  ship_name: alarm.shipName,
  field: alarm.field,
  battery: alarm.battery,
  kind: alarm.kind,
  severity: alarm.severity,
  value: alarm.value,
  limit: alarm.limit,
  raised_at: formatInstant(alarm.raisedAt),
  worst_value: alarm.worst?.value ?? null,
  worst_at: alarm.worst && formatInstant(alarm.worst.at),
  changed_at: formatInstant(alarm.changedAt),
  cleared_at: formatOrNull(alarm.clearedAt),
  contact_id: alarm.contactId,
  version: alarm.version,
});

const formatOrNull = (instant: Instant | null): string | null =>
  instant === null ? null : formatInstant(instant);

/**
 * What people acknowledged is theirs alone, and stays. In the order given: where a series has a new
 * alarm, the one before it must be over first.
 */
export const WRITE_ALARMS = `
  INSERT INTO alarms (id, ship_name, field, battery, kind, severity, value, "limit", raised_at,
    worst_value, worst_at, changed_at, cleared_at, contact_id, version)
  SELECT id, ship_name, field, battery, kind, severity, value, "limit", raised_at,
    worst_value, worst_at, changed_at, cleared_at, contact_id, version
  FROM ROWS FROM (json_to_recordset($1) AS (id uuid, ship_name text, field text, battery integer,
    kind text, severity text, value double precision, "limit" double precision,
    raised_at timestamptz, worst_value double precision, worst_at timestamptz,
    changed_at timestamptz, cleared_at timestamptz, contact_id uuid, version bigint))
    WITH ORDINALITY AS given (id, ship_name, field, battery, kind, severity, value, "limit",
      raised_at, worst_value, worst_at, changed_at, cleared_at, contact_id, version, nr)
  ORDER BY nr
  ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, value = excluded.value,
    "limit" = excluded."limit", worst_value = excluded.worst_value, worst_at = excluded.worst_at,
    changed_at = excluded.changed_at, cleared_at = excluded.cleared_at, version = excluded.version`;
