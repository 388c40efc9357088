import type { PartHealth } from '#common/platform';
import { StartAlarm } from '../starts/start-alarm.port.js';

/** Where schedulers share no alarm: claims and sweeps of each start the contacts. */
export class NoStartAlarm extends StartAlarm {
  onDue(): void {}
  set(): void {}
  cancel(): void {}

  health(): PartHealth {
    return { status: 'up' };
  }
}
