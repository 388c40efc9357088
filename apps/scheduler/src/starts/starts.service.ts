import { Injectable, Logger } from '@nestjs/common';
import { OutboxRelay } from '#common/messaging';
import { Clock, FaultLog } from '#common/platform';
import { ContactCourse, type DueContact } from './contact-course.port.js';
import { ClaimAlarm, StartAlarm } from './start-alarm.port.js';

/** One commit starts so many; more that are due follow at once in the next. */
const START_BATCH_MAX = 1_000;
/** On the instant: while the commands of one batch are sent, the database has the next to do. */
const CLAIMED_BATCH_MAX = 500;
const CLAIMED_BATCHES_AT_ONCE = 2;
/** What an alarm is set for ahead of time; later ones are read when their minute comes. */
export const ALARM_HORIZON_MS = 60_000;
const ALARMS_MAX = 50_000;
/** Read together: what starts meanwhile waits for no more than these. */
const ALARMS_PAGE_MAX = 500;

const MISSED = 'The window passed before the contact could be started';

/** What is due so soon is claimed, and its receiver told to get ready. */
const CLAIM_HORIZON_MS = 5_000;
/** What is due sooner cannot wait for the next sweep to claim it. */
const CLAIM_AT_ONCE_MS = 1_500;
const CLAIM_BATCH_MAX = 2_000;
/** What has started is written down together: at the instant itself there is no time for it. */
const SETTLE_AFTER_MS = 100;
/** Jobs ring one by one, for what has mostly started: one look is enough for all of them. */
const RUNG_AFTER_MS = 100;
/** What could not be started on the instant is tried again so soon, and then left to the sweep. */
const RETRY_MS = 5;
const TRIES = 3;

/**
 * Starts what is due: what this scheduler has claimed on its instant, and whatever else is due by sweeps,
 * of which the shared alarm and a restart are some more.
 */
@Injectable()
export class StartsService {
  readonly #logger = new Logger(StartsService.name);
  readonly #faults: FaultLog;
  readonly #starting = new Set<Promise<void>>();
  #sweeping: Promise<void> | null = null;
  /** Claimed contacts that are due now, with how often they may be tried. */
  readonly #due = new Map<string, number>();
  #isSweepWanted = false;
  #isSweepSet = false;
  #claiming: Promise<void> | null = null;
  #mayClaimMore = false;
  #settling: Promise<void> | null = null;
  #isSettlementSet = false;
  #isSettlementWanted = false;
  #isReleased = false;

  constructor(
    private readonly course: ContactCourse,
    private readonly claims: ClaimAlarm,
    private readonly alarm: StartAlarm,
    private readonly relay: OutboxRelay,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
    alarm.onDue(() => this.#sweepSoon());
    claims.onDue((contactIds) => this.#startThese(contactIds, TRIES));
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

  /** All that is due. Calls that come while one runs look once more, and share its end. Never fails. */
  startDue(): Promise<void> {
    this.#isSweepWanted = true;
    this.#sweeping ??= this.#sweeps().finally(() => {
      this.#sweeping = null;
      if (this.#isSweepWanted) void this.startDue();
    });
    return this.#sweeping;
  }

  /** Has it written down what began. Calls are put together, and never fail. */
  settle(): Promise<void> {
    this.#isSettlementWanted = true;
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = null;
      if (this.#isSettlementWanted) void this.settle();
    });
    return this.#settling;
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

  /** Another scheduler shall start what this one has claimed; this one starts nothing any more. */
  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#claiming;
    await this.settle();
    await this.course.releaseClaims();
  }

  /** Reads the alarms of the next minute anew: after a restart, a clock step, a booking elsewhere. */
  async refreshAlarms(): Promise<void> {
    let last: DueContact | null = null;
    for (let count = 0; count < ALARMS_MAX; count += ALARMS_PAGE_MAX) {
      const page = await this.course.dueWithin(ALARM_HORIZON_MS, ALARMS_PAGE_MAX, last);
      for (const contact of page) this.alarm.set(contact);
      if (page.length < ALARMS_PAGE_MAX) return;
      last = page.at(-1)!;
    }
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

  #startThese(contactIds: readonly string[], tries: number): void {
    for (const id of contactIds) this.#due.set(id, tries);
    this.#startMore();
  }

  /** A second batch at the same time must be a full one: one by one, statements would cost too much. */
  #startMore(): void {
    while (!this.#isReleased && this.#due.size > 0 && this.#starting.size < this.#batchesAtOnce) {
      const starting = this.#startClaimed().finally(() => {
        this.#starting.delete(starting);
        this.#startMore();
      });
      this.#starting.add(starting);
    }
  }

  get #batchesAtOnce(): number {
    return this.#due.size < CLAIMED_BATCH_MAX ? 1 : CLAIMED_BATCHES_AT_ONCE;
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

  async #startClaimed(): Promise<void> {
    const batch = this.#takeDue();
    const started = await this.#started(this.course.start([...batch.keys()]));
    for (const id of started) batch.delete(id);
    // This process's idea of the time was ahead, or somebody holds the row just now.
    const again = [...batch].filter(([, tries]) => tries > 1);
    if (again.length === 0) return;
    this.clock.after(RETRY_MS, () => {
      for (const [id, tries] of again) this.#due.set(id, tries - 1);
      this.#startMore();
    });
  }

  #takeDue(): Map<string, number> {
    const batch = new Map<string, number>();
    for (const [id, tries] of this.#due) {
      if (batch.size === CLAIMED_BATCH_MAX) break;
      batch.set(id, tries);
      this.#due.delete(id);
    }
    return batch;
  }

  #sweepSoon(): void {
    if (this.#isSweepSet) return;
    this.#isSweepSet = true;
    this.clock.after(RUNG_AFTER_MS, () => {
      this.#isSweepSet = false;
      if (!this.#isReleased) void this.startDue();
    });
  }

  /** The net: it takes nothing from what starts on its instant. */
  async #sweeps(): Promise<void> {
    while (this.#isSweepWanted) {
      this.#isSweepWanted = false;
      await Promise.all(this.#starting);
      const started = await this.#started(this.course.startDue(START_BATCH_MAX));
      if (started.length === START_BATCH_MAX) this.#isSweepWanted = true;
    }
  }

  async #started(starting: Promise<string[]>): Promise<readonly string[]> {
    try {
      const started = await starting;
      if (started.length === 0) return started;
      this.#settleSoon();
      this.#logger.log({ message: 'Contacts started', contact_ids: started });
      this.#forget(started);
      return started;
    } catch (fault) {
      // The sweep comes again in half a second, with the same rows.
      this.#faults.note('Due contacts could not be started', fault);
      return [];
    }
  }

  #settleSoon(): void {
    if (this.#isSettlementSet) return;
    this.#isSettlementSet = true;
    this.clock.after(SETTLE_AFTER_MS, () => void this.settle());
  }

  async #settleAll(): Promise<void> {
    while (this.#isSettlementWanted) await this.#settle();
  }

  /** Not while many start: it would take from them what they need. */
  async #settle(): Promise<void> {
    await Promise.all(this.#starting);
    await this.#sweeping;
    this.#isSettlementSet = false;
    this.#isSettlementWanted = false;
    try {
      await this.course.settle();
      this.relay.wake();
    } catch (fault) {
      // The sweep comes again in half a second: until then lists do not show what has started.
      this.#faults.note('Starts could not be written down', fault);
    }
  }
}
