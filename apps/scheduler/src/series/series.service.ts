import { Injectable } from '@nestjs/common';
import { DomainError, type Instant } from '#common/domain';
import { Clock, type Page, pageOf, ValidationException } from '#common/platform';
import type { Cause } from '../contacts/contact-store.port.js';
import { StartsService } from '../starts/starts.service.js';
import type { LocalTime } from './recurrence/local-time.js';
import { occurrences, type Recurrence } from './recurrence/occurrences.js';
import { RuleError } from './recurrence/rule.js';
import { faultOf, LOOK_AHEAD_MICROS, notAnOccurrence, occurrenceAt } from './recurrence-check.js';
import { EXCLUDE_MAX, type NewSeries, recurrenceOf, type Series } from './series.js';
import type { ChangedSeries, SeriesChange } from './series-store.port.js';
import { SeriesStore } from './series-store.port.js';
import type { SeriesView } from './series.dto.js';
import { SeriesLoop } from './series.loop.js';

const NEXT_SHOWN_MAX = 20;
const SKIPPED_SHOWN_MAX = 100;

@Injectable()
export class SeriesService {
  constructor(
    private readonly store: SeriesStore,
    private readonly loop: SeriesLoop,
    private readonly starts: StartsService,
    private readonly clock: Clock,
  ) {}

  /** Its contacts are booked soon after. @throws {ValidationException}, {DomainError} SERIES_FULL */
  async create(series: NewSeries, cause: Cause): Promise<SeriesView> {
    const recurrence = checked(series, this.#now);
    if (series.exclude.length > EXCLUDE_MAX) throw tooManyExcluded();
    occurrencesAt(recurrence, series.exclude);
    const added = await this.store.add(series, cause);
    this.loop.wake();
    return this.#view(added);
  }

  async get(id: string): Promise<SeriesView> {
    return this.#view(await this.#find(id));
  }

  async page(limit: number, after: string | null): Promise<Page<Series>> {
    return pageOf(await this.store.page(limit + 1, after), limit, ({ id }) => [id]);
  }

  /** Takes occurrences away, those at these times and those after `until`. */
  async change(
    id: string,
    { exclude, until }: { readonly exclude: readonly LocalTime[]; readonly until: Until | null },
    cause: Cause,
  ): Promise<ChangedSeries> {
    const series = await this.#find(id);
    if (series.endedAt !== null) throw new DomainError('SERIES_ENDED', `Series ${id} has ended`);
    const recurrence = recurrenceOf(series);
    const gone = occurrencesAt(recurrence, exclude);
    const last = until === null ? null : instantOf(until, recurrence);
    return this.#change(id, { exclude: gone, endsBefore: last === null ? null : last + 1 }, cause);
  }

  /** Takes the occurrences from `from` on away, or those from now on. */
  end(id: string, from: Instant | null, cause: Cause): Promise<ChangedSeries> {
    return this.#change(id, { exclude: [], endsBefore: from ?? this.#now }, cause);
  }

  async #change(id: string, change: SeriesChange, cause: Cause): Promise<ChangedSeries> {
    const changed = await this.store.change(id, change, cause);
    this.starts.disarm(changed.cancelledIds);
    this.loop.wake();
    return changed;
  }

  async #find(id: string): Promise<Series> {
    const series = await this.store.find(id);
    if (!series) throw new DomainError('SERIES_NOT_FOUND', `No series has the id ${id}`);
    return series;
  }

  async #view(series: Series): Promise<SeriesView> {
    const now = this.#now;
    const to = Math.min(now + LOOK_AHEAD_MICROS, series.endsBefore ?? Number.POSITIVE_INFINITY);
    const next = occurrences(recurrenceOf(series), now, to, NEXT_SHOWN_MAX);
    const booked = await this.store.booked(series.id, now, NEXT_SHOWN_MAX);
    const skipped = await this.store.skipped(series.id, Number.MIN_SAFE_INTEGER, SKIPPED_SHOWN_MAX);
    return { series, next, booked, skipped };
  }

  get #now(): Instant {
    return this.clock.nowMs() * 1_000;
  }
}

/** As an instant, or as the clocks of the series' zone show it. */
export type Until = { readonly at: Instant } | { readonly local: LocalTime };

function instantOf(until: Until, { zone }: Recurrence): Instant {
  const at = 'at' in until ? until.at : zone.instantOf(until.local);
  if (at !== null) return at;
  throw invalid('until', `the clocks of ${zone.name} never show this time`);
}

function checked(series: NewSeries, now: Instant): Recurrence {
  try {
    const recurrence = recurrenceOf(series);
    if (recurrence.zone.instantOf(series.start) === null)
      throw invalid('start', `the clocks of ${series.timeZone} never show this time`);
    const fault = faultOf(recurrence, series.contact.durationSeconds, now);
    if (fault !== null) throw invalid('rrule', fault);
    return recurrence;
  } catch (fault) {
    if (fault instanceof RuleError) throw invalid('rrule', fault.message);
    throw fault;
  }
}

/** @throws {ValidationException} that names the first that is none: it would change nothing */
function occurrencesAt(recurrence: Recurrence, locals: readonly LocalTime[]) {
  return locals.map((local) => {
    const found = occurrenceAt(recurrence, local);
    if (found === null) throw invalid('exclude', notAnOccurrence(local));
    return found;
  });
}

const tooManyExcluded = (): ValidationException =>
  invalid('exclude', `at most ${EXCLUDE_MAX} times can be excluded`);

const invalid = (field: string, message: string): ValidationException =>
  new ValidationException([{ field, message: `${field}: ${message}` }]);
