import { describe, expect, it } from 'vitest';
import { ManualClock, type PartHealth } from '#common/platform';
import { describeStartAlarm } from '../starts/start-alarm.contract.js';
import { StartAlarm } from '../starts/start-alarm.port.js';
import { InProcessStartAlarm } from './in-process-start.alarm.js';
import { JointStartAlarm } from './joint-start.alarm.js';

/** As a Bull whose Redis is away: it does nothing. */
class IdleAlarm extends StartAlarm {
  constructor(private readonly status: PartHealth['status']) {
    super();
  }

  onDue(): void {}
  set(): void {}
  cancel(): void {}

  health(): PartHealth {
    return { status: this.status, jobs_set: 0 };
  }
}

const clock = new ManualClock(new Date('2030-01-01T12:00:00Z'));

describeStartAlarm(async () => ({
  alarm: new JointStartAlarm([new InProcessStartAlarm(clock), new IdleAlarm('up')]),
  nowMs: () => clock.nowMs(),
  advance: async (ms) => clock.advance(ms),
}));

describe('a JointStartAlarm', () => {
  it('is as bad as the worst of its parts, and tells of all', () => {
    const joint = new JointStartAlarm([new IdleAlarm('degraded'), new InProcessStartAlarm(clock)]);
    expect(joint.health()).toEqual({
      status: 'degraded',
      jobs_set: 0,
      alarms_set: 0,
    });
  });
});
