import { describe, expect, it } from 'vitest';
import type { PartHealth } from '#common/platform';
import { alarmHealth } from './alarm-health.js';
import { StartAlarm } from './start-alarm.port.js';

class AlarmOfHealth extends StartAlarm {
  constructor(private readonly part: PartHealth) {
    super();
  }

  onDue(): void {}
  set(): void {}
  cancel(): void {}

  health(): PartHealth {
    return this.part;
  }
}

describe('the health of several alarms', () => {
  it.each([
    ['up', 'up'],
    ['degraded', 'degraded'],
  ] as const)('is as bad as the worst of them (%s), and tells of all', (second, whole) => {
    const alarms = [
      new AlarmOfHealth({ status: 'up', alarms_set: 3 }),
      new AlarmOfHealth({ status: second, jobs_set: 2 }),
    ];
    expect(alarmHealth(alarms)).toEqual({ status: whole, alarms_set: 3, jobs_set: 2 });
  });
});
