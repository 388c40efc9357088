import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { formatInstant, type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import {
  BackgroundLoop,
  Clock,
  LastingFault,
  type PartHealth,
  type ReadinessCheck,
} from '#common/platform';
import { LevelSources } from './levels/level-source.js';
import { MinuteLevelling, UnknownDefinition } from './minute-levelling.js';
import { MinuteRightsError, type WaitingMinute, WaitingMinutes } from './minutes.port.js';

export const ROUND_EVERY_MS = 10_000;
/** So that ingestors that started together do not look at the same time for ever. */
const ROUND_JITTER = 0.5;
export const RETRY_AFTER_MS = 30_000;
/** What fails once and then works is no news. */
export const FAULT_SHOWN_AFTER_MS = 300_000;
/** What is left then is found anew, the newest first. */
const ROUND_MS_MAX = 30_000;
/** One bad minute must not keep up the others; a database that is away fails them all. */
const FAULTS_PER_ROUND_MAX = 5;
const LIST_MAX = 200;
/** Datagrams are received in the same thread. */
const WORK_MS = 5;
const REST_PER_WORK = 1;
const STOP_DEADLINE_MS = 2_000;

interface Round {
  readonly endsAtMs: number;
  readonly faults: unknown[];
  /** The first one of these. They say nothing of other minutes, so they end no round. */
  unknown: UnknownDefinition | null;
}

class Stopped extends Error {}

/**
 * Merges the blocks of minutes that have become quiet, and works out their levels. Several ingestors
 * share the ships. Samples are stored, and found, whether or not this works.
 */
@Injectable()
export class MinuteUpkeep implements ReadinessCheck, OnApplicationBootstrap, OnModuleDestroy {
  readonly part = 'upkeep';
  readonly #loop: BackgroundLoop;
  readonly #fault: LastingFault;
  readonly #levelling: MinuteLevelling;
  /** Behind which the next round begins; null: with the newest. */
  #after: WaitingMinute | null = null;
  #endRest: (() => void) | null = null;
  #restedAtMs = 0;
  #roundAt: Instant | null = null;
  #counts: { readonly waiting: number; readonly oldest: Instant | null } | null = null;

  constructor(
    private readonly minutes: WaitingMinutes,
    sources: LevelSources,
    private readonly clock: Clock,
  ) {
    this.#loop = new BackgroundLoop(clock, () => this.#round());
    this.#fault = new LastingFault(new Logger(MinuteUpkeep.name), clock, FAULT_SHOWN_AFTER_MS);
    this.#levelling = new MinuteLevelling(sources, () => this.#rest());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  /** What takes long is aborted; a minute that is not finished waits on. */
  async onModuleDestroy(): Promise<void> {
    const stopped = this.#loop.stop(STOP_DEADLINE_MS);
    this.#endRest?.();
    // What cannot be reached to abort it will not go on either.
    void this.minutes.abort().catch(() => undefined);
    await stopped;
  }

  check(): PartHealth {
    const oldest = this.#counts?.oldest ?? null;
    const details = {
      last_round_at: this.#roundAt === null ? null : formatInstant(this.#roundAt),
      minutes_waiting: this.#counts?.waiting ?? null,
      oldest_waiting: oldest === null ? null : formatInstant(oldest),
    };
    return this.#fault.health(details);
  }

  /** Never fails. @returns when to look again. */
  async #round(): Promise<number> {
    const startedAtMs = this.clock.monotonicMs();
    const round: Round = { endsAtMs: startedAtMs + ROUND_MS_MAX, faults: [], unknown: null };
    this.#restedAtMs = startedAtMs;
    try {
      await this.#workThrough(round);
      this.#counts = await this.minutes.counts();
      this.#roundAt = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    } catch (fault) {
      round.faults.unshift(fault);
    }
    if (this.#loop.isStopped) return 0;
    this.#note(round.unknown ? [...round.faults, round.unknown] : round.faults);
    if (round.faults.length > 0) return RETRY_AFTER_MS;
    const isCutShort = this.clock.monotonicMs() >= round.endsAtMs;
    return isCutShort ? 0 : ROUND_EVERY_MS * (1 + ROUND_JITTER * Math.random());
  }

  /** From where the last round was cut short: minutes that fail again and again keep up no others. */
  async #workThrough(round: Round): Promise<void> {
    while (this.#mayGoOn(round)) {
      const listed = await this.minutes.list(this.#after, LIST_MAX);
      for (const [shipId, minutes] of byShip(listed.filter(({ isQuiet }) => isQuiet)))
        if (this.#mayGoOn(round)) await this.#workAt(shipId, minutes, round);
      this.#after = listed.length < LIST_MAX ? null : listed.at(-1)!;
      if (this.#after === null) return;
    }
  }

  async #workAt(shipId: number, minutes: readonly WaitingMinute[], round: Round): Promise<void> {
    const keeper = await this.minutes.claim(shipId);
    if (keeper === null) return;
    try {
      for (const minute of minutes) {
        if (!this.#mayGoOn(round)) return;
        await this.#levelling.level(keeper, minute).catch((fault: unknown) => {
          if (fault instanceof UnknownDefinition) round.unknown ??= fault;
          else if (!(fault instanceof Stopped)) round.faults.push(fault);
        });
        await this.#rest();
      }
    } finally {
      await keeper.release();
    }
  }

  #mayGoOn({ endsAtMs, faults }: Round): boolean {
    const isDue = this.clock.monotonicMs() < endsAtMs && faults.length < FAULTS_PER_ROUND_MAX;
    return (
      isDue && !this.#loop.isStopped && !faults.some((fault) => fault instanceof MinuteRightsError)
    );
  }

  /** As long as the work before it took. */
  async #rest(): Promise<void> {
    const workedMs = this.clock.monotonicMs() - this.#restedAtMs;
    if (workedMs >= WORK_MS && !this.#loop.isStopped) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.after(workedMs * REST_PER_WORK, resolve);
        this.#endRest = () => {
          cancel();
          resolve();
        };
      });
      this.#endRest = null;
      this.#restedAtMs = this.clock.monotonicMs();
    }
    if (this.#loop.isStopped) throw new Stopped();
  }

  #note(faults: readonly unknown[]): void {
    // Rights and definitions are for people to mend; all else may pass.
    const fault = faults.find(isForPeople) ?? faults[0];
    if (fault === undefined) return this.#fault.clear();
    const reason = isForPeople(fault)
      ? fault.message
      : 'Minutes cannot be merged and get no levels';
    this.#fault.note(reason, fault, isForPeople(fault));
  }
}

const isForPeople = (fault: unknown): fault is Error =>
  fault instanceof MinuteRightsError || fault instanceof UnknownDefinition;

function byShip<T extends WaitingMinute>(minutes: readonly T[]): Map<number, T[]> {
  const ships = new Map<number, T[]>();
  for (const minute of minutes) {
    const known = ships.get(minute.shipId);
    if (known) known.push(minute);
    else ships.set(minute.shipId, [minute]);
  }
  return ships;
}
