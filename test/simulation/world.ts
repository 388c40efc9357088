import { formatInstant, MICROS_PER_SECOND } from '#common/domain';
import { MemoryOutbox } from '#common/messaging';
import { MemoryTables } from '../../apps/ingestor/src/adapters/memory/memory-tables.js';
import { MemoryContactTables } from '../../apps/scheduler/src/adapters/memory/memory-contact.tables.js';
import type { ContactsService } from '../../apps/scheduler/src/contacts/contacts.service.js';
import { Broker } from './broker.js';
import { Chaos, type ChaosProfile, type Fault } from './chaos.js';
import { Dice } from './dice.js';
import { EventLoop } from './event.loop.js';
import { AlarmQueue } from './forgetful.alarm.js';
import { Host, type Life } from './host.js';
import { bootIngestor } from './ingestor.host.js';
import { Judge } from './judge.js';
import type { Mutant } from './mutants.js';
import { bootMonitor, RocketRows } from './rockets.js';
import { bootScheduler } from './scheduler.host.js';
import { DatabaseClock } from './simulated.clock.js';
import { Ships } from './simulated.ship.js';

/** 2030-01-01: any will do, as long as it is always the same. */
export const BEGINNING = 1_893_456_000 * MICROS_PER_SECOND;
const TRACE_LINES_MAX = 5_000;
/** Longer than a report may take. */
const SILENCE_MICROS = 38 * MICROS_PER_SECOND;

export interface WorldOptions {
  readonly seed: number;
  readonly chaos: ChaosProfile;
  readonly mutant: Mutant | null;
  readonly isTraced: boolean;
}

export interface HostCounts {
  readonly schedulers: number;
  readonly ingestors: number;
  readonly monitors: number;
}

/** Everything that is outside of the processes: rows, broker, alarms, ships, and the loop that moves all. */
export class World {
  readonly dice: Dice;
  readonly chaos: Chaos;
  readonly loop = new EventLoop(BEGINNING);
  readonly databaseClock = new DatabaseClock(this.loop);
  readonly mutant: Mutant | null;
  /** The faults that it began with. */
  readonly profile: ChaosProfile;
  readonly broker = new Broker(this);
  readonly alarms = new AlarmQueue(this);
  readonly ships = new Ships(this);
  readonly judge = new Judge(this);

  readonly schedulerOutbox = new MemoryOutbox(this.databaseClock);
  readonly ingestorOutbox = new MemoryOutbox(this.databaseClock);
  readonly monitorOutbox = new MemoryOutbox(this.databaseClock);
  readonly outboxes = [this.schedulerOutbox, this.ingestorOutbox, this.monitorOutbox];
  readonly tables: MemoryContactTables;
  readonly receptions = new MemoryTables();
  readonly rockets = new RocketRows(this);

  readonly services = new Map<Host, ContactsService>();
  schedulers: readonly Host[] = [];
  ingestors: readonly Host[] = [];
  monitors: readonly Host[] = [];

  /** Messages of rockets that no monitor has acknowledged. */
  untold = 0;
  violation: string | null = null;
  readonly trace: string[] = [];
  /** What happened how often: a run in which nothing happens proves nothing. */
  readonly counts = new Map<string, number>();
  readonly #isTraced: boolean;
  #ids = 0;

  constructor({ seed, chaos, mutant, isTraced }: WorldOptions) {
    this.dice = new Dice(seed);
    this.chaos = new Chaos(this.dice, chaos);
    this.mutant = mutant;
    this.profile = chaos;
    this.#isTraced = isTraced;
    this.tables = new MemoryContactTables({
      clock: this.databaseClock,
      outbox: this.schedulerOutbox,
      newId: () => `00000000-0000-4000-8000-${String((this.#ids += 1)).padStart(12, '0')}`,
      onCommit: (commit, now) => this.judge.committed(commit, now),
    });
  }

  get hosts(): readonly Host[] {
    return [...this.schedulers, ...this.ingestors, ...this.monitors];
  }

  start({ schedulers, ingestors, monitors }: HostCounts): void {
    this.schedulers = this.#hosts('scheduler', schedulers, (life) => {
      this.services.set(life.host, bootScheduler(this, life));
    });
    this.ingestors = this.#hosts('ingestor', ingestors, (life) => bootIngestor(this, life));
    this.monitors = this.#hosts('monitor', monitors, (life) => bootMonitor(this, life));
    for (const host of this.hosts) host.start();
  }

  /** Only kept where somebody will read it. */
  note(line: () => string): void {
    if (!this.#isTraced || this.trace.length >= TRACE_LINES_MAX) return;
    this.trace.push(
      `${formatInstant(this.loop.nowMicros).slice(14, -1).padEnd(12, '0')} ${line()}`,
    );
  }

  happens(fault: Fault): boolean {
    const does = this.chaos.happens(fault);
    if (does) this.count(fault);
    return does;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** The first one ends the run. */
  violate(what: string): void {
    this.violation ??= what;
    this.note(() => `VIOLATION: ${what}`);
    this.loop.end();
  }

  #hosts(kind: string, count: number, boot: (life: Life) => void): Host[] {
    const downMicros = (): number => {
      const isSilent = this.chaos.profile.isSilent && kind === 'ingestor';
      return isSilent ? SILENCE_MICROS : this.chaos.downMicros();
    };
    return Array.from(
      { length: count },
      (_, nr) => new Host(this, `${kind} ${nr + 1}`, boot, downMicros),
    );
  }
}
