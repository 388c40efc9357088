/** Events of the ingestor, for whoever cares. */
export const ALARM_RAISED = 'alarm.raised';
/** It became graver or less grave. */
export const ALARM_CHANGED = 'alarm.changed';
/** It is over, whether or not anybody acknowledged it. */
export const ALARM_CLEARED = 'alarm.cleared';
export const ALARM_ACKNOWLEDGED = 'alarm.acknowledged';

/** An alarm as it crosses a wire: in messages, live and over HTTP. */
export interface AlarmMessage {
  readonly id: string;
  readonly ship: string;
  /** Null with a stale alarm of a limit for all batteries. */
  readonly battery: number | null;
  readonly field: string;
  readonly kind: 'limit' | 'stale';
  readonly state: 'open' | 'acknowledged' | 'cleared';
  readonly severity: 'warning' | 'critical';
  /** What made it so grave, and the bound that it broke. A stale alarm: null, and the seconds. */
  readonly value: number | null;
  readonly limit: number | null;
  readonly raised_at: string;
  readonly worst: { readonly value: number; readonly at: string } | null;
  readonly changed_at: string;
  readonly cleared_at: string | null;
  readonly acknowledged: {
    readonly by: string;
    readonly at: string;
    readonly comment: string | null;
  } | null;
  readonly contact_id: string | null;
}
