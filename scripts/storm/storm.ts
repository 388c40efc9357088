import { setMaxListeners } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomOf } from '../rockets/random.js';
import { readLeftBehind, readStreams } from './app-logs.js';
import { planBookings } from './bookings.js';
import { check } from './check.js';
import { Clients } from './client.js';
import type { Facts } from './facts.js';
import { Fleet } from './fleet.js';
import { type Ground, startGround } from './ground.js';
import { History } from './history.js';
import { MemoryWatch } from './memory.js';
import { Nemesis } from './nemesis.js';
import type { StormOptions } from './options.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { allNumbered, type Rest, waitForRest } from './quiet.js';
import { readDatabase } from './read-facts.js';
import { readHistories } from './read-histories.js';
import { SeriesClient } from './series-client.js';
import { planSeries } from './series-plan.js';
import { planStrikes } from './strikes.js';
import { Witnesses } from './witnesses.js';

/** Seeds of the parts that draw on their own. */
const SEED_STEP = 1_000_003;
const PROGRESS_EVERY_MS = 1_000;

/** How far a storm is, while it lasts. */
export interface StormProgress {
  readonly phase: 'starting' | 'storm' | 'quiet' | 'checking';
  readonly seconds: number;
  readonly booked: number;
  readonly strikes: number;
  readonly rocketMessages: number;
  readonly away: readonly string[];
}

export interface StormPlace {
  /** Data, logs, history and facts. Not removed here. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: StormProgress) => void;
}

/**
 * One storm from start to judgement. Leaves no process behind, however it ends.
 * @throws when it was called off, or something that was struck does not come back.
 */
export async function runStorm(options: StormOptions, place: StormPlace): Promise<Outcome> {
  const fatal = new AbortController();
  const signal = AbortSignal.any([place.signal, fatal.signal]);
  place.onProgress?.({
    phase: 'starting',
    seconds: 0,
    booked: 0,
    strikes: 0,
    rocketMessages: 0,
    away: [],
  });
  const onFatal = (fault: Error): void => fatal.abort(fault);
  const ground = await startGround({ ...options, folder: place.folder, signal, onFatal });
  try {
    const witnesses = await Witnesses.open(ground.urlsOf('scheduler'), options.seed);
    try {
      return await new Storm(options, ground, witnesses, { ...place, signal }).run();
    } finally {
      await witnesses.close();
    }
  } finally {
    await ground.stop();
  }
}

class Storm {
  readonly #startedAt = performance.now();
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  readonly #history: History;
  readonly #clients: Clients;
  readonly #nemesis: Nemesis;
  readonly #fleet: Fleet;
  readonly #series: SeriesClient;
  readonly #memory: MemoryWatch;
  #phase: StormProgress['phase'] = 'storm';
  #toldMs = 0;

  constructor(
    private readonly options: StormOptions,
    private readonly ground: Ground,
    private readonly witnesses: Witnesses,
    private readonly place: StormPlace,
  ) {
    const { folder } = place;
    this.#signal = AbortSignal.any([place.signal, this.#stopping.signal]);
    // Every client waits with it.
    setMaxListeners(0, this.#signal);
    this.#history = new History(join(folder, 'history.jsonl'));
    const schedulers = ground.urlsOf('scheduler');
    const random = randomOf(options.seed + SEED_STEP);
    this.#clients = new Clients(schedulers, this.#history, random, this.#signal);
    this.#nemesis = new Nemesis(ground.targets, join(folder, 'nemesis.jsonl'), this.#signal);
    this.#fleet = new Fleet({
      ...options,
      urls: ground.urlsOf('rocket-monitor'),
      isShared: options.rocketStore !== 'memory',
      signal: this.#signal,
    });
    const drawing = randomOf(options.seed + 3 * SEED_STEP);
    this.#series = new SeriesClient(schedulers, drawing, this.#signal);
    this.#memory = new MemoryWatch(ground.apps);
  }

  async run(): Promise<Outcome> {
    const progress = setInterval(() => this.#tell(), PROGRESS_EVERY_MS);
    const watching = this.#memory.run(this.#signal);
    try {
      await this.#rage();
      this.witnesses.calm();
      this.#phase = 'quiet';
      const restMs = this.options.restSeconds * 1_000;
      const rest = await waitForRest(this.ground, restMs, this.#signal);
      this.#phase = 'checking';
      return await this.#judge(rest);
    } finally {
      // Whatever still runs after a fault must not outlive the servers.
      this.#stopping.abort();
      clearInterval(progress);
      await watching;
      await this.#history.close();
    }
  }

  /** Ends when all is asked, all is struck, and all is back. */
  async #rage(): Promise<void> {
    const { seed, contacts, seconds } = this.options;
    const bookings = planBookings(randomOf(seed), contacts, seconds);
    const plans = planSeries(randomOf(seed + 4 * SEED_STEP), seconds);
    const changeSeries = await this.#series.prepare(plans);
    const parts = [
      this.#clients.run(bookings),
      this.#nemesis.run(this.#strikes()),
      this.#fleet.run(),
      changeSeries(),
    ];
    try {
      await Promise.all(parts);
    } catch (fault) {
      // What is struck in this moment must be up again before everything is stopped.
      this.#stopping.abort();
      await Promise.allSettled(parts);
      throw fault;
    }
    this.#signal.throwIfAborted();
  }

  #strikes(): ReturnType<typeof planStrikes> {
    const { seed, kills, seconds, rocketStore } = this.options;
    // In memory a rocket dies with its monitor, as its health says.
    const targets = this.ground.targets.filter(
      ({ kind }) => kind !== 'rocket-monitor' || rocketStore !== 'memory',
    );
    return planStrikes(randomOf(seed + 2 * SEED_STEP), { kills, seconds, targets });
  }

  async #judge(rest: Rest): Promise<Outcome> {
    const facts = await this.#readFacts(rest);
    await writeFile(join(this.place.folder, 'facts.json'), JSON.stringify(facts));
    const violations = check(facts);
    const outcome = outcomeOf(facts, {
      options: this.options,
      elapsedSeconds: this.#seconds(),
      booked: this.#clients.bookedCount,
      unbooked: this.#clients.unbookedCount,
      rocketMessages: this.#fleet.takenCount,
      settledMs: rest.settledMs,
      toldMs: this.#toldMs,
      memory: this.#memory.most(),
      violations,
    });
    await writeFile(join(this.place.folder, 'outcome.json'), JSON.stringify(outcome, null, 2));
    return outcome;
  }

  async #readFacts({ leftOver }: Rest): Promise<Facts> {
    const { ground } = this;
    const ingestors = ground.apps.filter(({ kind }) => kind === 'ingestor');
    const { last } = await allNumbered(ground.databaseUrl);
    const restedAt = performance.now();
    const told = await this.witnesses.testify(last, this.#signal);
    this.#toldMs = performance.now() - restedAt;
    const stored = await readDatabase(ground.databaseUrl);
    const ids = stored.contacts.map(({ id }) => id);
    return {
      ...stored,
      ...told,
      histories: await readHistories(ground.urlsOf('scheduler'), ids),
      series: this.#series.facts,
      seriesRefused: this.#series.refused,
      history: this.#history.entries,
      streams: await readStreams(ground.logOf('spaceship-1')),
      leftBehind: await readLeftBehind(ingestors.map(({ name }) => ground.logOf(name))),
      outages: this.#nemesis.outages,
      leftOver,
      unasked: ground.apps.flatMap(({ unasked }) => unasked),
      rocketDifferences: await this.#fleet.differences(),
    };
  }

  #tell(): void {
    this.place.onProgress?.({
      phase: this.#phase,
      seconds: this.#seconds(),
      booked: this.#clients.bookedCount,
      strikes: this.#nemesis.outages.length,
      rocketMessages: this.#fleet.takenCount,
      away: [...this.#nemesis.away],
    });
  }

  #seconds(): number {
    return Math.round((performance.now() - this.#startedAt) / 1_000);
  }
}
