/** What came of one attempt at a rate. */
export interface Attempt {
  /** Nothing to speak of was lost, and all was stored in time. */
  readonly isHeld: boolean;
  /** What was really sent in a second: the sender may be slower than it was told to be. */
  readonly rate: number;
}

export interface Bounds {
  readonly lowest: number;
  readonly highest: number;
}

const ATTEMPTS_MAX = 8;
/** Closer together, two rates are the same on a shared machine. */
const PRECISION = 1.06;
/** The first step from where it starts; each further one in the same direction is larger. */
const STEP = 1.2;
/** Below this share of what was wanted, the sender is what holds up. */
const SENDER_SHARE = 0.93;
const CONFIRMATIONS_MAX = 4;
const STEP_DOWN = 0.93;

/**
 * The highest rate that is held, from `start` by growing steps and then by halves; null when not even
 * the lowest is. Ends after a handful of attempts, however they come out.
 */
export async function findHighest(
  start: number,
  { lowest, highest }: Bounds,
  attempt: (rate: number) => Promise<Attempt>,
): Promise<number | null> {
  let held: number | null = null;
  let failed: number | null = null;
  let step = STEP;
  let rate = Math.min(highest, Math.max(lowest, start));
  for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts += 1) {
    const outcome = await attempt(rate);
    if (outcome.isHeld) held = Math.max(held ?? 0, Math.min(rate, outcome.rate));
    else failed = Math.min(failed ?? Infinity, rate, outcome.rate);
    if (outcome.rate < rate * SENDER_SHARE && outcome.isHeld) break;
    if (held !== null && failed !== null && failed / held <= PRECISION) break;
    if (held === null && rate <= lowest) break;
    if (failed === null && rate >= highest) break;
    rate = nextRate({ held, failed, step }, { lowest, highest });
    step *= STEP;
  }
  return held;
}

interface Found {
  readonly held: number | null;
  readonly failed: number | null;
  readonly step: number;
}

function nextRate({ held, failed, step }: Found, { lowest, highest }: Bounds): number {
  if (held === null) return Math.max(lowest, (failed ?? highest) / step);
  if (failed === null) return Math.min(highest, held * step);
  return Math.sqrt(held * failed);
}

/** At that rate for longer, or a little below it; null when none of these is held. */
export async function confirm<T extends Attempt>(
  rate: number,
  attempt: (rate: number) => Promise<T>,
): Promise<T | null> {
  for (let tries = 0; tries < CONFIRMATIONS_MAX; tries += 1) {
    const outcome = await attempt(rate * STEP_DOWN ** tries);
    if (outcome.isHeld) return outcome;
  }
  return null;
}
