import type { PartHealth } from '#common/platform';
import type { StartAlarm } from './start-alarm.port.js';

/** Of several alarms as of one: as bad as the worst of them, and with what all tell. */
export function alarmHealth(alarms: readonly StartAlarm[]): PartHealth {
  const parts = alarms.map((alarm) => alarm.health());
  const isWell = parts.every(({ status }) => status === 'up');
  return Object.assign({}, ...parts, { status: isWell ? 'up' : 'degraded' }) as PartHealth;
}
