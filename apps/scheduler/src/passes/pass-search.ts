import { MICROS_PER_MILLISECOND } from '#common/domain';
import type { Pass, Window } from './pass.js';
import type { Sky } from './sky.js';
import { firstReached, highestBetween } from './turning-points.js';

interface Sample {
  readonly ms: number;
  readonly elevation: number;
  readonly isVisible: boolean;
}

/**
 * The passes of a window in their order, none of `PASS_MS_MIN` or longer left out. Yields null between two
 * looks, so that who runs it can let others have their turn.
 */
export function* passesIn(sky: Sky, { from, to }: Window): Generator<Pass | null, void> {
  const endMs = Math.floor(to / MICROS_PER_MILLISECOND);
  let ms = Math.ceil(from / MICROS_PER_MILLISECOND);
  let open: OpenPass | null = null;
  let last: Sample | null = null;
  while (ms <= endMs) {
    const { stepMs, ...seen } = sky.sampleAt(ms);
    const sample = { ms, ...seen };
    if (sample.isVisible) {
      open ??= new OpenPass(sky, last && riseBetween(sky, last.ms, ms));
      open.add(sample);
    } else if (open !== null && last !== null) {
      yield open.close(setBetween(sky, last.ms, ms));
      open = null;
    }
    last = sample;
    // The very end is looked at too: a pass may begin just before it.
    ms = ms === endMs ? endMs + 1 : Math.min(ms + stepMs, endMs);
    yield null;
  }
  if (open !== null) yield open.close(null);
}

/** The first millisecond in which the ship is high enough. */
const riseBetween = (sky: Sky, below: number, above: number): number =>
  firstReached(below, above, (ms) => sky.isVisibleAt(ms));

/** The last one. */
const setBetween = (sky: Sky, above: number, below: number): number =>
  firstReached(above, below, (ms) => !sky.isVisibleAt(ms)) - 1;

/** A pass that has risen; keeps where its summits are, since a slow ship may have two that look alike. */
class OpenPass {
  readonly #summits: { readonly from: number; readonly to: number }[] = [];
  #first = 0;
  #last: Sample | null = null;
  /** Where the summit that is to come can begin; null after one. */
  #from: number | null = null;

  /** @param riseMs null where it had risen before the window */
  constructor(
    private readonly sky: Sky,
    private readonly riseMs: number | null,
  ) {}

  add(sample: Sample): void {
    const last = this.#last;
    this.#last = sample;
    if (last === null) {
      this.#first = this.riseMs ?? sample.ms;
      this.#from = this.#first;
    } else if (sample.elevation > last.elevation) this.#from = last.ms;
    else this.#endSummit(sample.ms);
  }

  close(setMs: number | null): Pass {
    const last = setMs ?? this.#last?.ms ?? this.#first;
    this.#endSummit(last);
    const { sky, riseMs } = this;
    return {
      rise: riseMs === null ? null : sky.pointAt(riseMs),
      culmination: sky.pointAt(this.#highest()),
      set: setMs === null ? null : sky.pointAt(setMs),
      visible: { from: this.#first * 1_000, to: last * 1_000 },
    };
  }

  #endSummit(to: number): void {
    if (this.#from !== null) this.#summits.push({ from: this.#from, to });
    this.#from = null;
  }

  #highest(): number {
    const elevationAt = (ms: number): number => this.sky.elevationAt(ms);
    const summits = this.#summits.map(({ from, to }) => highestBetween(from, to, elevationAt));
    return summits.reduce((best, at) => (elevationAt(at) > elevationAt(best) ? at : best));
  }
}
