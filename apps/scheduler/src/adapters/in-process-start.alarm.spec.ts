import { ManualClock } from '#common/platform';
import { describeStartAlarm } from '../starts/start-alarm.contract.js';
import { InProcessStartAlarm } from './in-process-start.alarm.js';

describeStartAlarm(async () => {
  const clock = new ManualClock(new Date('2030-01-01T12:00:00Z'));
  return {
    alarm: new InProcessStartAlarm(clock),
    nowMs: () => clock.nowMs(),
    advance: async (ms) => clock.advance(ms),
  };
});
