import type { PartHealth } from '#common/platform';
import type { DueContact } from '../starts/contact-course.port.js';
import { StartAlarm } from '../starts/start-alarm.port.js';

/** Several alarms as one: each is set, and any of them wakes. */
export class JointStartAlarm extends StartAlarm {
  constructor(private readonly alarms: readonly StartAlarm[]) {
    super();
  }

  onDue(wake: () => void): void {
    for (const alarm of this.alarms) alarm.onDue(wake);
  }

  set(contact: DueContact): void {
    for (const alarm of this.alarms) alarm.set(contact);
  }

  cancel(contactId: string): void {
    for (const alarm of this.alarms) alarm.cancel(contactId);
  }

  /** As bad as the worst of them. */
  health(): PartHealth {
    const parts = this.alarms.map((alarm) => alarm.health());
    const isWell = parts.every(({ status }) => status === 'up');
    return Object.assign({}, ...parts, { status: isWell ? 'up' : 'degraded' }) as PartHealth;
  }
}
