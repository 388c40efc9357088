import { below, type Random } from '../rockets/random.js';

/** What else a client does with its contact; times count from the start of the storm. */
export type Change =
  | { readonly kind: 'move'; readonly atMs: number; readonly toMs: number }
  | { readonly kind: 'end'; readonly atMs: number };

/** What one client wants. */
export interface Booking {
  /** Everything about a contact is found by it, also where the id never came. */
  readonly shipName: string;
  readonly bookAtMs: number;
  readonly startAtMs: number;
  readonly durationSeconds: number;
  readonly format: 'json' | 'ccsds';
  readonly batteries: number;
  /** Some of these are wanted by two at a time. */
  readonly antenna: string | null;
  /** Asks again under the same key, where no answer came. */
  readonly isKeyed: boolean;
  readonly change: Change | null;
}

const FIRST_START_MS = 3_000;
const LEAD_MS_MIN = 1_500;
const LEAD_MS_SPREAD = 12_000;
const DURATION_SECONDS_MAX = 3;
/** Long enough to be struck in their middle. */
const LONG_SHARE = 0.1;
const LONG_SECONDS_MIN = 6;
const LONG_SECONDS_SPREAD = 9;
/** Different ones, so that a datagram of another ship shows in the count of samples. */
const BATTERIES_MAX = 8;
const ANTENNAS = 40;
const ANTENNA_SHARE = 0.4;
const KEYED_SHARE = 0.5;
const MOVE_SHARE = 0.1;
const CANCEL_SHARE = 0.08;
const STOP_SHARE = 0.05;
const MOVE_MS_MAX = 6_000;

/** All that will be asked of the schedulers, from the seed alone. */
export function planBookings(random: Random, count: number, seconds: number): Booking[] {
  return Array.from({ length: count }, (_, number) => planBooking(random, number, seconds * 1_000));
}

function planBooking(random: Random, number: number, stormMs: number): Booking {
  const startAtMs = FIRST_START_MS + below(random, Math.max(1, stormMs - FIRST_START_MS));
  const leadMs = LEAD_MS_MIN + below(random, LEAD_MS_SPREAD);
  const bookAtMs = Math.max(0, startAtMs - leadMs);
  const isLong = random() < LONG_SHARE;
  const durationSeconds = isLong
    ? LONG_SECONDS_MIN + below(random, LONG_SECONDS_SPREAD)
    : 1 + below(random, DURATION_SECONDS_MAX);
  const format = random() < 0.5 ? 'json' : 'ccsds';
  return {
    shipName: `Storm ${String(number).padStart(5, '0')}`,
    bookAtMs,
    startAtMs,
    durationSeconds,
    format,
    batteries: format === 'json' ? 1 : 1 + below(random, BATTERIES_MAX),
    antenna: random() < ANTENNA_SHARE ? `Antenna ${below(random, ANTENNAS)}` : null,
    isKeyed: random() < KEYED_SHARE,
    change: planChange(random, { bookAtMs, startAtMs, durationSeconds }),
  };
}

function planChange(
  random: Random,
  times: Pick<Booking, 'bookAtMs' | 'startAtMs' | 'durationSeconds'>,
): Change | null {
  const { bookAtMs, startAtMs, durationSeconds } = times;
  const draw = random();
  // Up to the start itself, so that some come too late.
  const beforeMs = bookAtMs + below(random, startAtMs - bookAtMs);
  if (draw < MOVE_SHARE)
    return { kind: 'move', atMs: beforeMs, toMs: startAtMs + below(random, MOVE_MS_MAX) };
  if (draw < MOVE_SHARE + CANCEL_SHARE) return { kind: 'end', atMs: beforeMs };
  if (draw < MOVE_SHARE + CANCEL_SHARE + STOP_SHARE)
    return { kind: 'end', atMs: startAtMs + below(random, durationSeconds * 1_000) };
  return null;
}
