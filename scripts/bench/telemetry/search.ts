/** What came of one attempt at a rate. */
export interface Attempt {
  /** Nothing to speak of was lost, and all was stored in time. */
  readonly isHeld: boolean;
  /** What was really sent in a second: the sender may be slower than it was told to be. */
  readonly sentRate: number;
  /** By the time until all was stored. */
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
const CONFIRMATIONS_MAX = 6;
const STEP_DOWN = 0.93;
/** Overloaded, some reach less than they hold: so far below what failed, more may be held. */
const CLOSE_ENOUGH = 1.15;

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
    const sent = Math.min(rate, outcome.sentRate);
    if (outcome.isHeld) held = Math.max(held ?? 0, sent);
    else failed = Math.min(failed ?? rate, rate);
    if (outcome.isHeld && (rate >= highest || sent < rate * SENDER_SHARE)) break;
    if (held === null && rate <= lowest) break;
    if (held !== null && failed !== null && failed / held <= PRECISION) break;
    // How far it came where it failed says how far to go back.
    if (held === null) rate = Math.max(lowest, Math.min(rate / step, outcome.rate));
    else rate = Math.min(highest, held * step, Math.sqrt(held * (failed ?? Infinity)));
    step *= STEP;
  }
  return held;
}

/**
 * At that rate for longer, or at one below it that was reached, or between these; null when none of
 * some is held.
 */
export async function confirm<T extends Attempt>(
  rate: number,
  attempt: (rate: number) => Promise<T>,
): Promise<T | null> {
  let best: { readonly wanted: number; readonly outcome: T } | null = null;
  let failed = Infinity;
  let wanted = rate;
  for (let tries = 0; tries < CONFIRMATIONS_MAX; tries += 1) {
    const outcome = await attempt(wanted);
    if (outcome.isHeld) best = { wanted, outcome };
    else failed = wanted;
    if (best && (failed === Infinity || failed / best.wanted <= CLOSE_ENOUGH)) break;
    wanted = best
      ? Math.sqrt(best.wanted * failed)
      : Math.min(wanted * STEP_DOWN, Math.max(outcome.rate, wanted / 2));
  }
  return best?.outcome ?? null;
}
