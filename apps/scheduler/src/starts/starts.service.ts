import { Injectable, Logger } from '@nestjs/common';
import { OutboxRelay } from '#common/messaging';
import { Clock, FaultLog } from '#common/platform';
import { ContactCourse, type DueContact } from './contact-course.port.js';
import { ClaimAlarm, StartAlarm } from './start-alarm.port.js';

/** One commit starts so many; more that are due follow at once in the next. */
const START_BATCH_MAX = 1_000;
/** What an alarm is set for ahead of time; later ones are read when their minute comes. */
export const ALARM_HORIZON_MS = 60_000;
const ALARMS_MAX = 50_000;

const MISSED = 'The window passed before the contact could be started';

/** What is due so soon is claimed, and its receiver told to get ready. */
const CLAIM_HORIZON_MS = 5_000;
/** What is due sooner cannot wait for the next sweep to claim it. */
const CLAIM_AT_ONCE_MS = 1_500;
const CLAIM_BATCH_MAX = 2_000;
/** Should this process's idea of the database's clock be a little ahead. */
const EARLY_RETRY_MS = 5;

/** Starts what is due. The alarms, the sweep and a restart all come through `startDue`. */
@Injectable()
export class StartsService {
  readonly #logger = new Logger(StartsService.name);
  readonly #faults: FaultLog;
  #round: Promise<void> | null = null;
  #isWoken = false;
  #startedCount = 0;
  #claiming: Promise<void> | null = null;
  #mayClaimMore = false;

  constructor(
    private readonly course: ContactCourse,
    private readonly claims: ClaimAlarm,
    private readonly alarm: StartAlarm,
    private readonly relay: OutboxRelay,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
    alarm.onDue(() => void this.startDue());
    claims.onDue(() => void this.#startClaimed());
  }

  /** A booking was made or changed. */
  arm(contact: DueContact & { readonly state: string }): void {
    this.relay.wake();
    const isScheduled = contact.state === 'scheduled';
    this.claims.cancel(contact.id);
    if (isScheduled && this.#isWithin(ALARM_HORIZON_MS, contact)) this.alarm.set(contact);
    else this.alarm.cancel(contact.id);
    if (isScheduled && this.#isWithin(CLAIM_AT_ONCE_MS, contact)) void this.claim();
  }

  /** Bookings were cancelled. */
  disarm(contactIds: readonly string[]): void {
    this.relay.wake();
    this.#forget(contactIds);
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

  /**
   * Claims what is due within seconds, and says that this scheduler lives. As with starts, calls are
   * put together. Never fails: what nobody has claimed is started all the same.
   */
  claim(): Promise<void> {
    this.#mayClaimMore = true;
    this.#claiming ??= this.#claimRounds().finally(() => {
      this.#claiming = null;
      if (this.#mayClaimMore) void this.claim();
    });
    return this.#claiming;
  }

  /** Another scheduler shall start what this one has claimed. */
  async release(): Promise<void> {
    await this.#claiming;
    await this.course.releaseClaims();
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

  #isWithin(horizonMs: number, { startTime }: DueContact): boolean {
    return startTime <= (this.clock.nowMs() + horizonMs) * 1_000;
  }

  #forget(contactIds: readonly string[]): void {
    for (const id of contactIds) {
      this.claims.cancel(id);
      this.alarm.cancel(id);
    }
  }

  async #startClaimed(): Promise<void> {
    const before = this.#startedCount;
    await this.startDue();
    if (this.#startedCount > before) return;
    this.clock.after(EARLY_RETRY_MS, () => void this.startDue());
  }

  async #claimRounds(): Promise<void> {
    while (this.#mayClaimMore) {
      this.#mayClaimMore = false;
      try {
        const claimed = await this.course.claimDue(CLAIM_HORIZON_MS, CLAIM_BATCH_MAX);
        for (const contact of claimed) this.claims.set(contact);
        if (claimed.length === CLAIM_BATCH_MAX) this.#mayClaimMore = true;
        if (claimed.length > 0) this.relay.wake();
      } catch (fault) {
        // The sweep comes again in half a second; what is not claimed is started by the sweep.
        this.#faults.note('Contacts could not be claimed', fault);
      }
    }
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
      this.#startedCount += started.length;
      if (started.length > 0) {
        this.relay.wake();
        this.#logger.log({ message: 'Contacts started', contact_ids: started });
      }
      this.#forget(started);
      return started.length;
    } catch (fault) {
      // The sweep comes again in half a second, with the same rows.
      this.#faults.note('Due contacts could not be started', fault);
      return 0;
    }
  }
}
