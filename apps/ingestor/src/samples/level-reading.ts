import type { Instant } from '#common/domain';
import { blockMinute } from '../archive/packet-block.js';
import type { TelemetryArchive } from '../archive/telemetry-archive.port.js';
import type { MinMaxSeries } from './min-max-series.js';

/** With both ends. */
export interface WholeRange {
  readonly start: Instant;
  readonly end: Instant;
}

/** Of one level; more are asked of the next one as one range that covers them. */
const STALE_RANGES_MAX = 32;

/** Takes from the levels what they can tell of some series, and says of which time they cannot. */
export class LevelReading {
  readonly #rest: WholeRange[] = [];

  constructor(
    private readonly archive: TelemetryArchive,
    private readonly shipId: number,
    private readonly series: readonly MinMaxSeries[],
  ) {}

  /**
   * @param steps lengths of levels that may be used, the longest first
   * @returns what only the blocks tell of, by time
   */
  async read(range: WholeRange, steps: readonly number[]): Promise<readonly WholeRange[]> {
    await this.#read(range, steps);
    return joined(this.#rest);
  }

  async #read(range: WholeRange, steps: readonly number[]): Promise<void> {
    const [step, ...finer] = steps;
    if (range.start >= range.end) return;
    if (step === undefined) return void this.#rest.push(range);
    const start = Math.ceil(range.start / step) * step;
    const end = Math.floor(range.end / step) * step;
    if (start >= end) return this.#read(range, finer);
    const stale = await this.#readWhole({ start, end }, step, finer.length > 0);
    await this.#read({ start: range.start, end: start }, finer);
    for (const one of stale) await this.#read(one, finer);
    await this.#read({ start: end, end: range.end }, finer);
  }

  /** Both ends whole. @returns what these levels do not tell of */
  async #readWhole(
    { start, end }: WholeRange,
    step: number,
    hasFiner: boolean,
  ): Promise<WholeRange[]> {
    const answers = [];
    for (const series of this.series) {
      const query = { ...series.name, start, end, step };
      answers.push({ series, ...(await this.archive.levels(this.shipId, query)) });
    }
    // The answers are of different moments: what was stale in one of them is left to the packets in all.
    const ranges = staleRanges(
      answers.flatMap(({ unlevelled }) => unlevelled),
      step,
    );
    const stale = hasFiner && ranges.length > STALE_RANGES_MAX ? covering(ranges) : ranges;
    for (const { series, levels } of answers)
      for (const level of levels) if (!isIn(stale, level.start)) series.addLevel(level);
    return stale;
  }
}

/** Stretches of a level that hold a changed minute. */
function staleRanges(minutes: readonly Instant[], step: number): WholeRange[] {
  const starts = new Set(minutes.map((minute) => Math.floor(blockMinute(minute) / step) * step));
  return joined(
    [...starts]
      .toSorted((one, other) => one - other)
      .map((start) => ({ start, end: start + step })),
  );
}

const covering = (ranges: readonly WholeRange[]): WholeRange[] => [
  { start: ranges[0]!.start, end: ranges.at(-1)!.end },
];

/** @param ranges by time, none within another */
function joined(ranges: readonly WholeRange[]): WholeRange[] {
  const whole: WholeRange[] = [];
  for (const range of ranges) {
    const last = whole.at(-1);
    if (last && last.end >= range.start) whole[whole.length - 1] = { ...last, end: range.end };
    else whole.push(range);
  }
  return whole;
}

function isIn(ranges: readonly WholeRange[], instant: Instant): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.end <= instant) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]!.start <= instant;
}
