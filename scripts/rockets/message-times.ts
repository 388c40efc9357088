import { below, type Random } from './random.js';

const FIRST_MESSAGE = Date.UTC(2022, 1, 2, 18, 39, 5);
const NANOS_PER_SECOND = 1_000_000_000;
/** Messages follow each other by up to so much. */
const STEP_NANOS_MAX = 20_000_000;
const FRACTION_DIGITS_MIN = 5;
const ZONE_HOURS = 1;

/**
 * Times that only grow, in the form of the public rockets program: an offset of an hour, and the
 * zeros at the end of nine digits left out, but five digits kept.
 */
export function messageTimes(random: Random): () => string {
  let seconds = 0;
  let nanos = 0;
  return () => {
    nanos += 1 + below(random, STEP_NANOS_MAX);
    seconds += Math.floor(nanos / NANOS_PER_SECOND);
    nanos %= NANOS_PER_SECOND;
    return format(seconds, nanos);
  };
}

function format(seconds: number, nanos: number): string {
  const local = new Date(FIRST_MESSAGE + seconds * 1_000 + ZONE_HOURS * 3_600_000);
  const whole = local.toISOString().slice(0, -'.000Z'.length);
  const digits = String(nanos).padStart(9, '0').replace(/0+$/, '');
  return `${whole}.${digits.padEnd(FRACTION_DIGITS_MIN, '0')}+0${ZONE_HOURS}:00`;
}
