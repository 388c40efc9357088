import { Injectable, Logger } from '@nestjs/common';
import { DomainError, type Instant, MICROS_PER_SECOND } from '#common/domain';
import { Clock } from '#common/platform';
import type { Cause } from '../contacts/contact-store.port.js';
import { ContactsService } from '../contacts/contacts.service.js';
import { SchedulerConfig } from '../scheduler.config.js';
import { occurrences } from './recurrence/occurrences.js';
import { LOOK_AHEAD_MICROS } from './recurrence-check.js';
import { recurrenceOf, type Series } from './series.js';
import { type Rolled, SeriesStore } from './series-store.port.js';

/** Of one series, however close they are. */
export const AHEAD_MAX = 1_000;
const BOOKED_AT_ONCE_MAX = 100;
/** Skipped ones that are tried again in a round, the earliest first. */
const RETRIED_MAX = 100;
const DAY_MICROS = 86_400 * MICROS_PER_SECOND;
/** Nobody has to book what is about to begin. */
const LEAD_MICROS = MICROS_PER_SECOND;
const LEASE_MS = 60_000;
const AGAIN_MS = 600_000;
const RETRY_MS = 60_000;

/** They stand against every occurrence: one question is enough. */
const FAULTS_OF_ALL: readonly string[] = ['ROCKET_EXPLODED', 'ROCKET_STATE_UNAVAILABLE'];

type Skip = Rolled['skipped'][number];

/** Books the occurrences of series within the horizon, as ordinary contacts. */
@Injectable()
export class SeriesRoller {
  readonly #logger = new Logger(SeriesRoller.name);

  constructor(
    private readonly store: SeriesStore,
    private readonly contacts: ContactsService,
    private readonly clock: Clock,
    private readonly config: SchedulerConfig,
  ) {}

  /**
   * Rolls the series that waits longest. One that fails is left until its lease is over.
   * @returns false when none waits
   */
  async rollNext(isStopped: () => boolean): Promise<boolean> {
    const series = await this.store.claim(LEASE_MS);
    if (series === null) return false;
    try {
      const rolled = await this.#roll(series, isStopped);
      if (!isStopped()) await this.store.rolled(series, rolled);
    } catch (fault) {
      // It was changed meanwhile, and waits as it is now.
      if (!isOf(fault, ['SERIES_ENDED'])) throw fault;
    }
    return true;
  }

  async #roll(series: Series, isStopped: () => boolean): Promise<Rolled> {
    const now = this.clock.nowMs() * 1_000;
    const recurrence = recurrenceOf(series);
    const endsBefore = series.endsBefore ?? Number.POSITIVE_INFINITY;
    const horizon = now + this.config.SCHEDULER_SERIES_HORIZON_DAYS * DAY_MICROS;
    const to = Math.min(horizon, endsBefore);
    const due = occurrences(recurrence, now + LEAD_MICROS, to, AHEAD_MAX).map(({ at }) => at);
    const skipped = await this.#bookAll(series, await this.#missing(series, now, due), isStopped);
    const furthest = Math.min(now + LOOK_AHEAD_MICROS, endsBefore);
    const hasMore = occurrences(recurrence, now, furthest, 1).length > 0;
    return {
      bookedUntil: due.length === AHEAD_MAX ? due.at(-1)! : to,
      skipped,
      againMs: hasMore ? (skipped.length > 0 ? RETRY_MS : AGAIN_MS) : null,
    };
  }

  /** Those that were never tried, and some of those that were. */
  async #missing({ id }: Series, now: Instant, due: readonly Instant[]): Promise<Instant[]> {
    const booked = await this.store.booked(id, now, 2 * AHEAD_MAX);
    const skipped = await this.store.skipped(id, now, 2 * AHEAD_MAX);
    const known = new Set(booked.map(({ at }) => at));
    const retried = new Set(skipped.slice(0, RETRIED_MAX).map(({ at }) => at));
    const tried = new Set(skipped.map(({ at }) => at));
    return due.filter((at) => !known.has(at) && (!tried.has(at) || retried.has(at)));
  }

  async #bookAll(
    series: Series,
    missing: readonly Instant[],
    isStopped: () => boolean,
  ): Promise<Skip[]> {
    const skipped: Skip[] = [];
    for (let from = 0; from < missing.length && !isStopped(); from += BOOKED_AT_ONCE_MAX)
      skipped.push(...(await this.#book(series, missing.slice(from, from + BOOKED_AT_ONCE_MAX))));
    const counts = { booked: missing.length - skipped.length, skipped: skipped.length };
    if (missing.length > 0)
      this.#logger.log({ message: 'A series was rolled', series_id: series.id, ...counts });
    return skipped;
  }

  /** All of them at once; where one does not go, each half for itself. */
  async #book(series: Series, times: readonly Instant[]): Promise<Skip[]> {
    try {
      await this.contacts.book(
        times.map((at) => ({
          ...series.contact,
          startTime: at,
          series: { id: series.id, at, edition: series.edition },
        })),
        causeOf(series),
      );
      return [];
    } catch (fault) {
      if (!(fault instanceof DomainError) || fault.code === 'SERIES_ENDED') throw fault;
      if (times.length === 1 || isOf(fault, FAULTS_OF_ALL))
        return times.map((at) => ({ at, code: fault.code, reason: fault.message }));
      const half = Math.ceil(times.length / 2);
      const first = await this.#book(series, times.slice(0, half));
      return [...first, ...(await this.#book(series, times.slice(half)))];
    }
  }
}

const causeOf = ({ id, by }: Series): Cause => ({ by, reason: `An occurrence of series ${id}` });

const isOf = (fault: unknown, codes: readonly string[]): boolean =>
  fault instanceof DomainError && codes.includes(fault.code);
