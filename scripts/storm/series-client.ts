import { setTimeout as wait } from 'node:timers/promises';
import { below, type Random } from '../rockets/random.js';
import type { Micros } from './facts.js';
import { type Answer, call } from './http-call.js';
import { EVERY_MS, type SeriesPlan } from './series-plan.js';

/** One try to make a series that may have succeeded. */
export interface SeriesFact {
  readonly shipName: string;
  readonly isConfirmed: boolean;
  /** In order. */
  readonly occurrences: readonly Micros[];
  /** Those that were shown as booked. */
  readonly shown: readonly Micros[];
  /** What begins then or later has to be booked, shown or not. */
  readonly owedFrom: Micros;
  /** What may have been taken away; null: nothing was tried. */
  readonly excluded: Micros | null;
  /** Whether that was confirmed before its time. */
  readonly isExcluded: boolean;
}

type Open = { -readonly [name in keyof SeriesFact]: SeriesFact[name] } & { id: string };

const ANSWER_MS_MAX = 4_000;
const MAKE_MS_MAX = 60_000;
const EXCLUDE_MS_MAX = 30_000;
const SHOWN_MS_MAX = 30_000;
const LOOK_EVERY_MS = 500;
/**
 * Who rolls a series and dies leaves it alone for a minute. That it goes so three times in a row
 * need not be expected.
 */
const OWED_AFTER_MS = 195_000;
const MICROS_PER_MS = 1_000;
const SECOND_MS = 1_000;

/** Makes series, takes single occurrences away, and looks whether they are booked. */
export class SeriesClient {
  readonly #facts: SeriesFact[] = [];
  /** Answers that nothing here has earned. */
  readonly refused: string[] = [];
  #startedAtMs = 0;

  constructor(
    private readonly schedulers: readonly string[],
    private readonly random: Random,
    private readonly signal: AbortSignal,
  ) {}

  /** All that may have been made. */
  get facts(): readonly SeriesFact[] {
    return this.#facts;
  }

  /** Those that are booked before the storm begins. Times count from here. */
  async prepare(plans: readonly SeriesPlan[]): Promise<() => Promise<void>> {
    this.#startedAtMs = Math.ceil(Date.now() / SECOND_MS) * SECOND_MS;
    const calm = plans.filter(({ bookAtMs }) => bookAtMs === null);
    const made = await Promise.all(
      calm.map(async (plan) => ({ plan, series: await this.#make(plan) })),
    );
    return async () => {
      const struck = plans.filter(({ bookAtMs }) => bookAtMs !== null);
      await Promise.all([
        ...made.map(({ plan, series }) => this.#exclude(plan, series)),
        ...struck.map((plan) => this.#serve(plan)),
      ]);
    };
  }

  async #serve(plan: SeriesPlan): Promise<void> {
    await this.#until(plan.bookAtMs ?? 0);
    await this.#exclude(plan, await this.#make(plan));
  }

  /** There is no key for series: where no answer came, the next try is another, of another ship. */
  async #make(plan: SeriesPlan): Promise<Open | null> {
    const giveUpAt = performance.now() + MAKE_MS_MAX;
    for (let tries = 1; performance.now() < giveUpAt && !this.signal.aborted; tries += 1) {
      const series = this.#open(plan, tries);
      const answer = await this.#send('POST', '/series', bodyOf(plan, series));
      const isTaken = answer.kind === 'answer' && answer.status === 201;
      if (answer.kind !== 'unsent') this.#facts.push(series);
      if (isTaken) {
        series.isConfirmed = true;
        series.id = (answer.body as { id: string }).id;
        series.owedFrom = (Date.now() + OWED_AFTER_MS) * MICROS_PER_MS;
        await this.#look(series);
        return series;
      }
      await this.#pause(LOOK_EVERY_MS);
    }
    return null;
  }

  #open({ shipName, firstAtMs, count }: SeriesPlan, tries: number): Open {
    const firstMs = this.#startedAtMs + Math.ceil(firstAtMs / SECOND_MS) * SECOND_MS;
    return {
      id: '',
      shipName: tries === 1 ? shipName : `${shipName} try ${tries}`,
      isConfirmed: false,
      occurrences: Array.from(
        { length: count },
        (_, at) => (firstMs + at * EVERY_MS) * MICROS_PER_MS,
      ),
      shown: [],
      owedFrom: Number.MAX_SAFE_INTEGER,
      excluded: null,
      isExcluded: false,
    };
  }

  /** Until all of it is shown as booked. */
  async #look(series: Open): Promise<void> {
    const giveUpAt = performance.now() + SHOWN_MS_MAX;
    while (performance.now() < giveUpAt && !this.signal.aborted) {
      const answer = await this.#send('GET', `/series/${series.id}`);
      if (answer.kind === 'answer' && answer.status === 200) {
        const { next } = answer.body as { next: { at: string; contact_id: string | null }[] };
        const booked = next.filter(({ contact_id }) => contact_id !== null);
        const times = booked.map(({ at }) => Date.parse(at) * MICROS_PER_MS);
        series.shown = [...new Set([...series.shown, ...times])];
        if (booked.length === next.length) return;
      }
      await this.#pause(LOOK_EVERY_MS);
    }
  }

  /** To say it twice does no harm. Every change has the series rolled anew. */
  async #exclude({ excludeAtMs }: SeriesPlan, series: Open | null): Promise<void> {
    if (series === null || excludeAtMs === null) return;
    await this.#until(excludeAtMs);
    const last = series.occurrences.at(-1)!;
    const local = new Date(last / MICROS_PER_MS).toISOString().slice(0, -'.000Z'.length);
    const giveUpAt = performance.now() + EXCLUDE_MS_MAX;
    while (performance.now() < giveUpAt && !this.signal.aborted) {
      series.excluded = last;
      const answer = await this.#send('PATCH', `/series/${series.id}`, { exclude: [local] });
      if (answer.kind === 'answer' && answer.status < 500) {
        series.isExcluded = answer.status === 200 && Date.now() * MICROS_PER_MS < last;
        return;
      }
      await this.#pause(LOOK_EVERY_MS);
    }
  }

  async #send(method: string, path: string, body?: object): Promise<Answer> {
    const scheduler = this.schedulers[below(this.random, this.schedulers.length)] ?? '';
    const answer = await call(method, `${scheduler}${path}`, ANSWER_MS_MAX, body);
    if (answer.kind === 'answer' && answer.status >= 300 && !isRightlyRefused(answer))
      this.refused.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  #until(atMs: number): Promise<void> {
    return this.#pause(this.#startedAtMs + atMs - Date.now());
  }

  #pause(ms: number): Promise<void> {
    return wait(Math.max(0, ms), undefined, { signal: this.signal }).catch(() => undefined);
  }
}

/** Schedulers are away; or a change was heard and its answer was not: a series can end with it. */
function isRightlyRefused({ status, body }: { readonly status: number; readonly body: unknown }) {
  const { code } = (body ?? {}) as { readonly code?: string };
  return status === 503 || (status === 409 && code === 'SERIES_ENDED');
}

function bodyOf({ durationSeconds, count }: SeriesPlan, { shipName, occurrences }: Open): object {
  return {
    ship_name: shipName,
    duration: durationSeconds,
    start: new Date(occurrences[0]! / MICROS_PER_MS).toISOString(),
    rrule: `FREQ=MINUTELY;COUNT=${count}`,
    stream: { format: 'json', interval: 0.1 },
  };
}
