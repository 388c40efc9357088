import type { Instant } from '#common/domain';
import type { LimitKey } from './ship-limit.js';

/** limit: a value is outside. stale: during a contact nothing came for too long. */
export const ALARM_KINDS = ['limit', 'stale'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** In order of weight. */
export const ALARM_SEVERITIES = ['warning', 'critical'] as const;
export type AlarmSeverity = (typeof ALARM_SEVERITIES)[number];

/** open: neither acknowledged nor over. acknowledged: somebody knows of it. cleared: it is over. */
export const ALARM_STATES = ['open', 'acknowledged', 'cleared'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

/** Of a stale alarm the battery is that of its limit: null where any battery would do. */
export interface AlarmSeries extends LimitKey {
  readonly kind: AlarmKind;
}

/** A value at its generation time. */
export interface MeasuredValue {
  readonly value: number;
  readonly at: Instant;
}

/**
 * An alarm as who judges knows it. Times are of the ship's clock; with stale alarms, and where a limit
 * went away, of ours.
 */
export interface AlarmRecord extends AlarmSeries {
  readonly id: string;
  readonly severity: AlarmSeverity;
  /** The value that made it so grave; of a stale alarm null. */
  readonly value: number | null;
  /** The bound that this value broke; of a stale alarm the seconds that nothing may come for. */
  readonly limit: number | null;
  readonly raisedAt: Instant;
  readonly worst: MeasuredValue | null;
  /** When it last became graver or less grave; at first when it was raised. */
  readonly changedAt: Instant;
  readonly clearedAt: Instant | null;
  readonly contactId: string | null;
  /** Counts what was noted of it: whoever brings an older one comes too late. */
  readonly version: number;
}

export interface Acknowledgement {
  readonly by: string;
  readonly at: Instant;
  readonly comment: string | null;
}

/** With what people did about it. */
export interface AcknowledgeableAlarm extends AlarmRecord {
  readonly acknowledged: Acknowledgement | null;
}

/** An alarm as the list has it. */
export interface Alarm extends AcknowledgeableAlarm {
  /** In the list: the higher, the newer. */
  readonly position: number;
}

export const ALARM_EVENTS = ['raised', 'changed', 'cleared', 'acknowledged'] as const;
export type AlarmEvent = (typeof ALARM_EVENTS)[number];

/** Something that was told of an alarm: with what it was then. */
export interface AlarmChange {
  readonly event: AlarmEvent;
  readonly alarm: AcknowledgeableAlarm;
}

export function stateOf({ clearedAt, acknowledged }: AcknowledgeableAlarm): AlarmState {
  if (clearedAt !== null) return 'cleared';
  return acknowledged === null ? 'open' : 'acknowledged';
}

/** The same for alarms of the same series, and only for these. */
export const seriesKey = ({ shipName, kind, field, battery }: AlarmSeries): string =>
  JSON.stringify([shipName, kind, field, battery]);
