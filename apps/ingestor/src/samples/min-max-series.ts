import type { Instant } from '#common/domain';
import type { Level } from '../archive/telemetry-archive.port.js';
import { type Grid, stretchAt } from './min-max-steps.js';

/** What is asked of one field of one battery. */
export interface SeriesName {
  readonly battery: number;
  readonly field: string;
}

type Extremes = { -readonly [Key in keyof Level]: Level[Key] };

/** Minima and maxima of one series on a grid. Whatever the order of the values, the outcome is the same. */
export class MinMaxSeries {
  readonly #stretches = new Map<Instant, Extremes>();
  /** Values come by time, more or less: the last stretch is most often the next one, too. */
  #last: Extremes | null = null;

  constructor(
    readonly name: SeriesName,
    private readonly grid: Grid,
  ) {}

  addValue(value: number, at: Instant): void {
    const stretch = this.#stretchOf(at);
    stretch.count += 1;
    takeMin(stretch, value, at);
    takeMax(stretch, value, at);
  }

  addLevel({ start, count, min, minAt, max, maxAt }: Level): void {
    const stretch = this.#stretchOf(start);
    stretch.count += count;
    takeMin(stretch, min, minAt);
    takeMax(stretch, max, maxAt);
  }

  /** By time. `start` is that of the stretch. */
  levels(): Level[] {
    return [...this.#stretches.values()].toSorted((one, other) => one.start - other.start);
  }

  #stretchOf(at: Instant): Extremes {
    const start = stretchAt(this.grid, at);
    if (this.#last?.start === start) return this.#last;
    let stretch = this.#stretches.get(start);
    if (!stretch) {
      stretch = {
        start,
        count: 0,
        min: Infinity,
        minAt: Infinity,
        max: -Infinity,
        maxAt: Infinity,
      };
      this.#stretches.set(start, stretch);
    }
    this.#last = stretch;
    return stretch;
  }
}

/** Of equal ones the earliest counts, so that the order of arrival does not show. */
function takeMin(stretch: Extremes, value: number, at: Instant): void {
  if (value > stretch.min || (value === stretch.min && at >= stretch.minAt)) return;
  stretch.min = value;
  stretch.minAt = at;
}

function takeMax(stretch: Extremes, value: number, at: Instant): void {
  if (value < stretch.max || (value === stretch.max && at >= stretch.maxAt)) return;
  stretch.max = value;
  stretch.maxAt = at;
}
