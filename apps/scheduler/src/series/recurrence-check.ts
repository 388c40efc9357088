import { formatInstant, type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { LocalTime } from './recurrence/local-time.js';
import { formatLocalTime } from './recurrence/local-time.js';
import { occurrences, type Recurrence } from './recurrence/occurrences.js';

/** Occurrences whose distance is looked at; a rule mostly shows all it can in a few. */
const CHECKED_MAX = 1_000;
const GAP_SECONDS_MIN = 60;
/** The 29th of February is eight years away at most; what is rarer is a mistake. */
export const LOOK_AHEAD_MICROS = 30 * 366 * 86_400 * MICROS_PER_SECOND;

/**
 * What stands against a series from `now` on, in words; null: nothing.
 * @throws {RuleError} when it takes too long to find out
 */
export function faultOf(
  recurrence: Recurrence,
  durationSeconds: number,
  now: Instant,
): string | null {
  const found = occurrences(recurrence, now, now + LOOK_AHEAD_MICROS, CHECKED_MAX);
  if (found.length === 0) return 'the rule has no time from now on';
  for (const [index, { at }] of found.slice(1).entries()) {
    const before = found[index]!.at;
    const seconds = (at - before) / MICROS_PER_SECOND;
    const pair = `${formatInstant(before)} and ${formatInstant(at)}`;
    if (seconds < GAP_SECONDS_MIN) return `at most one contact in a minute, not ${pair}`;
    if (seconds < durationSeconds) return `the contacts of ${pair} would overlap`;
  }
  return null;
}

/** The local time as an occurrence of the rule's pattern; null where it is none. */
export function occurrenceAt(recurrence: Recurrence, local: LocalTime) {
  const at = recurrence.zone.instantOf(local);
  if (at === null) return null;
  // To count from the start each time would take long; and what is behind the end does no harm.
  const rule = { ...recurrence.rule, count: null };
  const uncounted = { ...recurrence, rule, excluded: new Set<LocalTime>() };
  return occurrences(uncounted, at, at + MICROS_PER_SECOND, 1)[0] ?? null;
}

export const notAnOccurrence = (local: LocalTime): string =>
  `the rule has no time ${formatLocalTime(local)}`;
