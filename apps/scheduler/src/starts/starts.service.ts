import { Injectable, Logger } from '@nestjs/common';
import { OutboxRelay } from '#common/messaging';
import { Clock, FaultLog } from '#common/platform';
import { ContactCourse, type DueContact } from './contact-course.port.js';
import { StartAlarm } from './start-alarm.port.js';

/** One commit starts so many; more that are due follow at once in the next. */
const START_BATCH_MAX = 1_000;
/** What an alarm is set for ahead of time; later ones are read when their minute comes. */
export const ALARM_HORIZON_MS = 60_000;
const ALARMS_MAX = 50_000;

const MISSED = 'The window passed before the contact could be started';

/** Starts what is due. The alarm, the sweep and a restart all come through `startDue`. */
@Injectable()
export class StartsService {
  readonly #logger = new Logger(StartsService.name);
  readonly #faults: FaultLog;
  #round: Promise<void> | null = null;
  #isWoken = false;

  constructor(
    private readonly course: ContactCourse,
    private readonly alarm: StartAlarm,
    private readonly relay: OutboxRelay,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
    alarm.onDue(() => void this.startDue());
  }

  /** A booking was made or changed. */
  arm(contact: DueContact & { readonly state: string }): void {
    this.relay.wake();
    const isNear = contact.startTime <= (this.clock.nowMs() + ALARM_HORIZON_MS) * 1_000;
    if (contact.state === 'scheduled' && isNear) this.alarm.set(contact);
    else this.alarm.cancel(contact.id);
  }

  /** Bookings were cancelled. */
  disarm(contactIds: readonly string[]): void {
    this.relay.wake();
    for (const id of contactIds) this.alarm.cancel(id);
  }

  /** Calls that come while one runs make it look once more, and share its end. Never fails. */
  startDue(): Promise<void> {
    this.#isWoken = true;
    this.#round ??= this.#startRounds().finally(() => {
      this.#round = null;
      if (this.#isWoken) void this.startDue();
    });
    return this.#round;
  }

  /** Reads the alarms of the next minute anew: after a restart, a clock step, a booking elsewhere. */
  async refreshAlarms(): Promise<void> {
    for (const contact of await this.course.dueWithin(ALARM_HORIZON_MS, ALARMS_MAX))
      this.alarm.set(contact);
  }

  /** Nothing disappears silently: what cannot happen any more gets its end state and reason. */
  async closePassed(): Promise<void> {
    const missed = await this.course.missPassed(START_BATCH_MAX, MISSED);
    if (missed === 0) return;
    this.#logger.warn({ message: 'Contacts were missed', missed });
    this.relay.wake();
  }

  async #startRounds(): Promise<void> {
    while (this.#isWoken) {
      this.#isWoken = false;
      const count = await this.#startBatch();
      if (count === START_BATCH_MAX) this.#isWoken = true;
    }
  }

  async #startBatch(): Promise<number> {
    try {
      const started = await this.course.startDue(START_BATCH_MAX);
      if (started.length > 0) {
        this.relay.wake();
        this.#logger.log({ message: 'Contacts started', contact_ids: started });
      }
      for (const id of started) this.alarm.cancel(id);
      return started.length;
    } catch (fault) {
      // The sweep comes again in half a second, with the same rows.
      this.#faults.note('Due contacts could not be started', fault);
      return 0;
    }
  }
}
