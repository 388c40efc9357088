import { randomUUID } from 'node:crypto';
import { InProcessBus, MemoryOutbox, OutboxRelay } from '#common/messaging';
import { DomainError, type Instant } from '#common/domain';
import { ManualClock } from '#common/platform';
import { InProcessStartAlarm } from '../../adapters/in-process-start.alarm.js';
import { NoStartAlarm } from '../../adapters/no-start.alarm.js';
import { aContact } from '../../contacts/contact-store.contract.js';
import {
  ContactStore,
  type NewContact,
  type StoredContact,
} from '../../contacts/contact-store.port.js';
import { keylessContacts } from '../../contacts/testing/keyless-contacts.js';
import { RocketDirectory } from '../../contacts/rocket-directory.port.js';
import { SchedulerConfig } from '../../scheduler.config.js';
import { ContactCourse, type DueContact } from '../../starts/contact-course.port.js';
import { StartsService } from '../../starts/starts.service.js';
import { parseLocalTime } from '../recurrence/local-time.js';
import type { BookedOccurrence, NewSeries, Series, SkippedOccurrence } from '../series.js';
import { SeriesRoller } from '../series-roller.js';
import { type ChangedSeries, type Rolled, SeriesStore } from '../series-store.port.js';

/** Bookings of which some times are taken by others, and nothing else. */
export class PickyContacts extends ContactStore {
  readonly booked: StoredContact[] = [];
  readonly taken = new Set<Instant>();
  calls = 0;
  fault: Error | null = null;

  async add(contacts: readonly NewContact[]): Promise<readonly StoredContact[]> {
    this.calls += 1;
    if (this.fault !== null) throw this.fault;
    const refused = contacts.find(({ startTime }) => this.taken.has(startTime));
    if (refused) throw new DomainError('CONTACT_NOT_CHANGEABLE', 'Another one is there');
    const added = contacts.map(storedOf);
    this.booked.push(...added);
    return added;
  }

  find = (): Promise<null> => Promise.resolve(null);
  change = (): Promise<StoredContact> => Promise.reject(new Error('Not asked for here'));
  end = (): Promise<StoredContact> => Promise.reject(new Error('Not asked for here'));
  endOfRocket = (): Promise<string[]> => Promise.resolve([]);
}

const storedOf = (contact: NewContact): StoredContact => ({
  ...contact,
  series: contact.series ?? null,
  id: randomUUID(),
  state: 'scheduled',
  revision: 1,
  fence: 0,
  startedAt: null,
  endedAt: null,
  endReason: null,
  displacedBy: null,
  fault: null,
  report: null,
});

/** One series that is always to be rolled, or once, until it ends. */
export class OneSeries extends SeriesStore {
  readonly skips = new Map<Instant, SkippedOccurrence>();
  last: Rolled | null = null;
  claims = 0;
  isDueOnce = false;

  constructor(
    private readonly series: Series,
    private readonly contacts: PickyContacts,
  ) {
    super();
  }

  async claim(): Promise<Series | null> {
    this.claims += 1;
    const isDone = this.last !== null && (this.isDueOnce || this.last.againMs === null);
    return isDone ? null : this.series;
  }

  async rolled(_series: Series, rolled: Rolled): Promise<void> {
    this.last = rolled;
    for (const skip of rolled.skipped) {
      const tries = (this.skips.get(skip.at)?.tries ?? 0) + 1;
      this.skips.set(skip.at, { ...skip, tries, triedAt: 0 });
    }
    for (const { startTime } of this.contacts.booked) this.skips.delete(startTime);
  }

  async booked(_id: string, from: Instant): Promise<BookedOccurrence[]> {
    return this.contacts.booked
      .map(({ id, startTime, state }) => ({ at: startTime, contactId: id, state }))
      .filter(({ at }) => at >= from);
  }

  async skipped(_id: string, from: Instant): Promise<SkippedOccurrence[]> {
    return [...this.skips.values()]
      .filter(({ at }) => at >= from)
      .toSorted((one, other) => one.at - other.at);
  }

  add = (): Promise<Series> => Promise.reject(new Error('Not asked for here'));
  find = (): Promise<null> => Promise.resolve(null);
  page = (): Promise<Series[]> => Promise.resolve([]);
  change = (): Promise<ChangedSeries> => Promise.reject(new Error('Not asked for here'));
  forgetEnded = (): Promise<void> => Promise.resolve();
}

/** Nobody is asked whether a rocket is whole but this one. */
class Rockets extends RocketDirectory {
  questions = 0;

  explosionReason(): Promise<string | null> {
    this.questions += 1;
    return Promise.reject(new DomainError('ROCKET_STATE_UNAVAILABLE', 'Nobody answers'));
  }
}

/** Nothing is due here. */
class NoCourse extends ContactCourse {
  claimDue = (): Promise<DueContact[]> => Promise.resolve([]);
  releaseClaims = (): Promise<void> => Promise.resolve();
  start = (): Promise<string[]> => Promise.resolve([]);
  startDue = (): Promise<string[]> => Promise.resolve([]);
  settle = (): Promise<void> => Promise.resolve();
  missPassed = (): Promise<number> => Promise.resolve(0);
  failUnreported = (): Promise<number> => Promise.resolve(0);
  dueWithin = (): Promise<DueContact[]> => Promise.resolve([]);
  began = (): Promise<boolean> => Promise.resolve(false);
  ended = (): Promise<boolean> => Promise.resolve(false);
  revised = (): Promise<boolean> => Promise.resolve(false);
}

/** A roller with one series, and bookings that may refuse. */
export class RolledSeries {
  readonly contacts = new PickyContacts();
  readonly rockets = new Rockets();
  readonly clock: ManualClock;
  readonly store: OneSeries;
  readonly roller: SeriesRoller;

  constructor(now: string, given: Partial<NewSeries> & { readonly endsBefore?: Instant } = {}) {
    this.clock = new ManualClock(new Date(now));
    this.store = new OneSeries(aSeries(given), this.contacts);
    const outbox = new MemoryOutbox(this.clock);
    const publisher = new InProcessBus();
    const relay = new OutboxRelay({ outbox, publisher, clock: this.clock, mandatory: new Set() });
    const alarm = new InProcessStartAlarm(this.clock);
    const starts = new StartsService(new NoCourse(), alarm, new NoStartAlarm(), relay, this.clock);
    const { contacts: store, rockets, clock } = this;
    const contacts = keylessContacts({ store, rockets, starts, clock });
    this.roller = new SeriesRoller(this.store, contacts, this.clock, new SchedulerConfig());
  }

  roll(isStopped = (): boolean => false): Promise<boolean> {
    return this.roller.rollNext(isStopped);
  }

  get bookedTimes(): Instant[] {
    return this.contacts.booked.map(({ startTime }) => startTime);
  }
}

const { startTime: _, ...CONTACT } = aContact();

const aSeries = (given: Partial<Series>): Series => ({
  id: randomUUID(),
  contact: CONTACT,
  start: parseLocalTime('2026-03-01T09:00:00')!,
  timeZone: 'Europe/Berlin',
  rrule: 'FREQ=DAILY',
  exclude: [],
  by: 'a test',
  edition: 1,
  endsBefore: null,
  bookedUntil: null,
  createdAt: 0,
  endedAt: null,
  ...given,
});
