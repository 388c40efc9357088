import { type Instant, MICROS_PER_SECOND, plannedEnd } from '#common/domain';
import type { MemoryHistoryRow } from '../../apps/scheduler/src/adapters/memory/memory-contact.tables.js';
import type {
  NewContact,
  StoredContact,
} from '../../apps/scheduler/src/contacts/contact-store.port.js';
import { CALM } from './chaos.js';
import { BEGINNING, World } from './world.js';

const SHIPS = 50;
const CONTACTS_A_DAY = 6;
/** Over so many stations at the same time; the next come when these have gone. */
const AT_ONCE = 5;
const DAY_MICROS = 86_400 * MICROS_PER_SECOND;
const DURATION_SECONDS = 600;
/** Awake a little before something is due, and at least so long after it. */
const BEFORE_MICROS = 100_000;
const AFTER_MICROS = 100_000;
const BY = { by: 'the year', reason: null };
/** What stands for the rows of history that nobody will look at again. */
const FORGOTTEN = {} as MemoryHistoryRow;

export interface YearOutcome {
  readonly booked: number;
  readonly completed: number;
  readonly latenessMaxMs: number;
  readonly steps: number;
  readonly violation: string | null;
}

/** Days of calm work: each contact is booked the day before, started, received and reported. */
export async function simulateDays(days: number): Promise<YearOutcome> {
  const world = new World({ seed: days, chaos: CALM, mutant: null, isTraced: false });
  world.start({ schedulers: 1, ingestors: 1, monitors: 0 });
  const year = new Year(world, days);
  year.begin();
  await world.loop.run();
  const { steps } = world.loop;
  return { ...year.outcome, steps, violation: world.violation };
}

/**
 * Books day by day, and suspends the machine while nothing is due: polls find nothing then, and
 * a year has 126 million of them.
 */
class Year {
  readonly #endMicros: number;
  #bookedUntil = BEGINNING;
  #forgottenCount = 0;
  readonly outcome = { booked: 0, completed: 0, latenessMaxMs: 0 };

  constructor(
    private readonly world: World,
    days: number,
  ) {
    this.#endMicros = BEGINNING + days * DAY_MICROS;
  }

  begin(): void {
    this.#bookDay();
    this.world.loop.after(AFTER_MICROS, () => this.#look());
  }

  #look(): void {
    const { loop, tables, broker, outboxes, ships } = this.world;
    const isBusy = broker.queuedCount > 0 || outboxes.some(({ size }) => size > 0);
    if (isBusy) return void loop.after(AFTER_MICROS, () => this.#look());
    if (tables.contacts.size > tables.open.size) this.#closeAccounts();
    if (loop.nowMicros >= this.#bookedUntil - DAY_MICROS / 2) {
      ships.forgetEnded();
      if (this.#bookedUntil < this.#endMicros) this.#bookDay();
      else if (tables.open.size === 0) return loop.end();
    }
    const wakeAt = Math.min(this.#nextDue(), this.#bookedUntil);
    if (wakeAt - BEFORE_MICROS > loop.nowMicros) loop.sleepUntil(wakeAt - BEFORE_MICROS);
    loop.at(Math.max(wakeAt, loop.nowMicros) + AFTER_MICROS, () => this.#look());
  }

  #nextDue(): Instant {
    const { tables, loop } = this.world;
    const begun = tables.openByStart.until(loop.nowMicros).map(nextDue);
    const next = tables.openByStart.after(loop.nowMicros)?.startTime ?? Number.POSITIVE_INFINITY;
    return Math.min(...begun, next);
  }

  #bookDay(): void {
    const day = this.#bookedUntil;
    this.#bookedUntil += DAY_MICROS;
    const service = this.world.services.get(this.world.schedulers[0]!)!;
    for (let ship = 0; ship < SHIPS; ship += 1) {
      const contacts = Array.from({ length: CONTACTS_A_DAY }, (_, nr) => contactOf(day, ship, nr));
      service.book(contacts, BY).then(
        ({ length }) => (this.outcome.booked += length),
        (fault: unknown) => this.world.violate(String(fault)),
      );
    }
  }

  /** What has ended is judged and forgotten, as an archive would take it away. */
  #closeAccounts(): void {
    const { tables, receptions, judge } = this.world;
    for (const contact of tables.contacts.values()) {
      if (contact.endedAt === null) continue;
      const lateMs = (contact.startedAt! - contact.startTime) / 1_000;
      this.outcome.latenessMaxMs = Math.max(this.outcome.latenessMaxMs, lateMs);
      if (contact.state === 'completed' && contact.report?.closed) this.outcome.completed += 1;
      else this.world.violate(`contact ${contact.id} is ${contact.state} on a calm day`);
      tables.contacts.delete(contact.id);
      judge.forget(contact);
      receptions.receptions.delete(contact.id);
      receptions.reports.delete(contact.id);
    }
    // A row's number is its place, so the places stay.
    tables.history.fill(FORGOTTEN, this.#forgottenCount);
    this.#forgottenCount = tables.history.length;
  }
}

/** The second and later of a day some hours after the one before. */
function contactOf(day: number, ship: number, nr: number): NewContact {
  const slots = SHIPS / AT_ONCE;
  const slot = nr * slots + (ship % slots) + 1;
  const startTime = day + Math.floor((slot * DAY_MICROS) / (CONTACTS_A_DAY * slots + 2));
  return {
    shipName: `ship ${ship}`,
    startTime: startTime + ship,
    durationSeconds: DURATION_SECONDS,
    antenna: null,
    priority: 0,
    channel: null,
    stream: { format: 'json' },
  };
}

const nextDue = (contact: StoredContact): number =>
  contact.state === 'scheduled' ? contact.startTime : plannedEnd(contact);
