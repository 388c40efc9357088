import type { OnModuleDestroy } from '@nestjs/common';
import { dateOf } from '#common/domain';
import type { Clock, PartHealth } from '#common/platform';
import type { DueContact } from '../starts/contact-course.port.js';
import { ClaimAlarm } from '../starts/start-alarm.port.js';
import { TimerWheel } from './timer-wheel.js';

const ALARMS_MAX = 100_000;

/**
 * The alarm inside this process, by the clock that it is given: that of the database. What it cannot
 * hold, the sweep starts.
 */
export class InProcessStartAlarm extends ClaimAlarm implements OnModuleDestroy {
  readonly #wheel: TimerWheel;
  #wake = (_contactIds: readonly string[]): void => undefined;

  constructor(clock: Clock) {
    super();
    this.#wheel = new TimerWheel(clock, ALARMS_MAX, (contactIds) => this.#wake(contactIds));
  }

  onDue(wake: (contactIds: readonly string[]) => void): void {
    this.#wake = wake;
  }

  set({ id, startTime }: DueContact): void {
    this.#wheel.set(id, dateOf(startTime).getTime());
  }

  cancel(contactId: string): void {
    this.#wheel.cancel(contactId);
  }

  health(): PartHealth {
    return { status: 'up', alarms_set: this.#wheel.size };
  }

  onModuleDestroy(): void {
    this.#wheel.clear();
  }
}
