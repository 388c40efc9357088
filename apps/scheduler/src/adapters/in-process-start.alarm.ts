import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { dateOf } from '#common/domain';
import { Clock, type PartHealth } from '#common/platform';
import type { DueContact } from '../starts/contact-course.port.js';
import { StartAlarm } from '../starts/start-alarm.port.js';
import { TimerWheel } from './timer-wheel.js';

const ALARMS_MAX = 100_000;

/** The alarm inside this process. What it cannot hold, the sweep starts. */
@Injectable()
export class InProcessStartAlarm extends StartAlarm implements OnModuleDestroy {
  readonly #wheel: TimerWheel;
  #wake = (): void => undefined;

  constructor(clock: Clock) {
    super();
    this.#wheel = new TimerWheel(clock, ALARMS_MAX, () => this.#wake());
  }

  onDue(wake: () => void): void {
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
