import {
  ALARM_ACKNOWLEDGED,
  ALARM_CHANGED,
  ALARM_CLEARED,
  ALARM_RAISED,
  type AlarmMessage,
} from '#common/contracts';
import { formatInstant } from '#common/domain';
import { type Envelope, envelope } from '#common/messaging';
import { type AcknowledgeableAlarm, type AlarmChange, type AlarmEvent, stateOf } from './alarm.js';

const KEYS: Record<AlarmEvent, string> = {
  raised: ALARM_RAISED,
  changed: ALARM_CHANGED,
  cleared: ALARM_CLEARED,
  acknowledged: ALARM_ACKNOWLEDGED,
};

export const messageOf = ({ event, alarm }: AlarmChange): Envelope<AlarmMessage> =>
  envelope(KEYS[event], alarmMessageOf(alarm));

/** Only the fields named here leave the app. */
export function alarmMessageOf(alarm: AcknowledgeableAlarm): AlarmMessage {
  const { worst, clearedAt, acknowledged } = alarm;
  return {
    id: alarm.id,
    ship: alarm.shipName,
    battery: alarm.battery,
    field: alarm.field,
    kind: alarm.kind,
    state: stateOf(alarm),
    severity: alarm.severity,
    value: alarm.value,
    limit: alarm.limit,
    raised_at: formatInstant(alarm.raisedAt),
    worst: worst && { value: worst.value, at: formatInstant(worst.at) },
    changed_at: formatInstant(alarm.changedAt),
    cleared_at: clearedAt === null ? null : formatInstant(clearedAt),
    acknowledged: acknowledged && {
      by: acknowledged.by,
      at: formatInstant(acknowledged.at),
      comment: acknowledged.comment,
    },
    contact_id: alarm.contactId,
  };
}
