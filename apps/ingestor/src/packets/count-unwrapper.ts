import { measured, measuringFrom, type RatePoint, type RateState } from './packet-rate.js';

const WRAP = 0x4000;
const HALF = WRAP / 2;
/** With more counts than these expected in a silence, the time decides as well. */
const SILENT_COUNTS = WRAP / 4;
/** A packet is not under way for longer. */
const DELAY_MAX_MS = 30_000;
/** So far a packet may fall behind, whatever the rate. */
const LATE_COUNTS_MIN = 16;
/** The same while the rate is not known. */
const LATE_COUNTS_UNMEASURED = 1_024;
/** So far a gap may go, whatever the rate. */
const GAP_COUNTS_MIN = 64;
/** The ship may be that much faster than measured. */
const HASTE_MAX = 4;
/** So many late ones in a row, and nothing else for that long, are no late ones. */
const RUN_LENGTH_MIN = 8;
const RUN_SPAN_MIN_MS = 1_000;
const RUN_STEP_MAX = 4;
/** A rate that was measured may be that wrong, as a part of it. */
const RATE_ERROR_MAX = 0.1;
/** Without a rate, a silence so long may hide a wrap. */
const UNMEASURED_SILENCE_MAX_MS = 10_000;

export interface UnwrappedCount {
  /**
   * Next: the one after the highest. Gap: higher, with numbers missing before. Late: below the highest. Repeated: the
   * highest again. Reset: the ship began to count anew.
   */
  readonly kind: 'first' | 'next' | 'gap' | 'late' | 'repeated' | 'reset';
  /** Its low 14 bits are the count; below the first one there is room for late ones. */
  readonly sequence: number;
  /** Numbers between the highest before and this one. At a reset no packet ever had them: they are not missing. */
  readonly skipped: number;
  /** False: another number of wraps, or another kind, would explain the count nearly as well. */
  readonly isCertain: boolean;
}

/** What an unwrapper knows; JSON keeps it. */
export interface CountState {
  readonly highest: RatePoint;
  readonly rate: RateState;
  /** Late ones in a row, which may be the first ones of a ship that counts anew. */
  readonly run: {
    readonly first: RatePoint;
    readonly last: number;
    readonly length: number;
  } | null;
}

/**
 * Makes extended counts of the 14 bits in a packet's header, by the count and by the time of reception; one for each
 * APID of a contact. `docs/packets.md` says by which rules, and what they cannot know.
 */
export class CountUnwrapper {
  #state: CountState | null;

  /** Goes on from what `state` gave. */
  constructor(state: CountState | null = null) {
    this.#state = state;
  }

  /** Null: no packet came yet. */
  get state(): CountState | null {
    return this.#state;
  }

  take(count14: number, receivedAtMs: number): UnwrappedCount {
    const state = this.#state;
    if (state === null) return this.#begin(count14, receivedAtMs);
    const { highest, rate } = state;
    const elapsedMs = Math.max(0, receivedAtMs - highest.atMs);
    const expected = (rate.perMs ?? 0) * elapsedMs;
    const ahead = (count14 - highest.sequence) & (WRAP - 1);
    const steps = stepsOf(ahead, expected);
    if (isReset(steps, expected, rate.perMs)) return this.#reset(state, ahead, receivedAtMs);

    const sequence = highest.sequence + steps;
    if (steps < 0) return this.#late(state, ahead, { sequence, atMs: receivedAtMs });
    const isCertain = isCertainOf(steps, expected, rate.perMs, elapsedMs);
    if (steps === 0) return { kind: 'repeated', sequence, skipped: 0, isCertain };
    this.#advance(state, { sequence, atMs: receivedAtMs }, expected);
    return { kind: steps === 1 ? 'next' : 'gap', sequence, skipped: steps - 1, isCertain };
  }

  #begin(count14: number, atMs: number): UnwrappedCount {
    const sequence = WRAP + count14;
    const point = { sequence, atMs };
    this.#state = { highest: point, rate: measuringFrom(point), run: null };
    return { kind: 'first', sequence, skipped: 0, isCertain: true };
  }

  #advance({ highest, rate }: CountState, point: RatePoint, expected: number): void {
    // A number that the rate helped to find does not tell of the rate.
    const isGuessed = expected >= SILENT_COUNTS;
    // A clock that was set back must not stop the time.
    const isSetBack = point.atMs < highest.atMs;
    this.#state = {
      highest: point,
      rate: isGuessed || isSetBack ? measuringFrom(point, rate.perMs) : measured(rate, point),
      run: null,
    };
  }

  #late(state: CountState, ahead: number, point: RatePoint): UnwrappedCount {
    const { run } = state;
    const step = run ? point.sequence - run.last : 0;
    const isRunOn = run !== null && step >= 1 && step <= RUN_STEP_MAX;
    const first = isRunOn ? run.first : point;
    const length = isRunOn ? run.length + 1 : 1;
    if (isNewCount(first, point, length, state.rate.perMs)) {
      return this.#reset(state, ahead, point.atMs);
    }
    this.#state = { ...state, run: { first, last: point.sequence, length } };
    return { kind: 'late', sequence: point.sequence, skipped: 0, isCertain: true };
  }

  /** Numbers go on upwards, so that none is given twice. */
  #reset({ highest, rate }: CountState, ahead: number, atMs: number): UnwrappedCount {
    const steps = ahead === 0 ? WRAP : ahead;
    const point = { sequence: highest.sequence + steps, atMs };
    this.#state = { highest: point, rate: measuringFrom(point, rate.perMs), run: null };
    return { kind: 'reset', sequence: point.sequence, skipped: steps - 1, isCertain: false };
  }
}

/** From the highest number to this one: by the half that the count is in, after a long silence by the time. */
function stepsOf(ahead: number, expected: number): number {
  // That a ship was silent is likelier than that it lost the very multiple of a wrap.
  if (ahead === 1) return 1;
  if (expected < SILENT_COUNTS) return ahead < HALF ? ahead : ahead - WRAP;
  return ahead + WRAP * Math.round((expected - ahead) / WRAP);
}

/** Too late, or too far ahead, for the time that passed. */
function isReset(steps: number, expected: number, perMs: number | null): boolean {
  if (perMs === null) return steps < -LATE_COUNTS_UNMEASURED;
  const inDelay = perMs * DELAY_MAX_MS;
  if (steps > 0) return steps > expected * HASTE_MAX + Math.max(inDelay, GAP_COUNTS_MIN);
  return -steps > LATE_COUNTS_MIN && expected - steps > Math.max(inDelay, LATE_COUNTS_MIN);
}

/** The run took the time that a ship takes to send it: late ones come faster, and others between them. */
function isNewCount(
  first: RatePoint,
  last: RatePoint,
  length: number,
  perMs: number | null,
): boolean {
  const sentInMs = perMs === null ? 0 : (last.sequence - first.sequence) / perMs;
  const spanMs = last.atMs - first.atMs;
  return length >= RUN_LENGTH_MIN && spanMs >= Math.max(RUN_SPAN_MIN_MS, sentInMs / 2);
}

function isCertainOf(
  steps: number,
  expected: number,
  perMs: number | null,
  elapsedMs: number,
): boolean {
  if (perMs === null) return elapsedMs <= UNMEASURED_SILENCE_MAX_MS;
  if (expected < SILENT_COUNTS) return true;
  const error = Math.abs(steps - expected);
  const tolerance = expected * RATE_ERROR_MAX;
  return error <= tolerance && WRAP - error > tolerance;
}
