import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import { type LocalTime, SECONDS_PER_DAY } from './local-time.js';
import { type Rule, RuleError } from './rule.js';
import { completed } from './rule-days.js';
import { periodsOf, type RulePeriod } from './rule-periods.js';
import type { Zone } from './zone.js';

export interface Recurrence {
  readonly rule: Rule;
  readonly start: LocalTime;
  readonly zone: Zone;
  readonly excluded: ReadonlySet<LocalTime>;
}

export interface Occurrence {
  readonly at: Instant;
  readonly local: LocalTime;
}

/** Local times are within a day and some hours of UTC. */
const ZONES_SPAN_SECONDS = 2 * SECONDS_PER_DAY;
/** Times and empty periods that one question may look at: some tenths of a second. */
export const STEPS_MAX = 200_000;

/**
 * The times of the recurrence from `from` to before `to`, in order, at most `limit`. What the rule
 * says of a day that is not, or of a time that the zone's clocks leave out, does not count; a time
 * that they show twice is the first of them. The start is one of the times only where it fits the rule.
 * @throws {RuleError} when looking for them takes more than `STEPS_MAX`
 */
export function occurrences(
  recurrence: Recurrence,
  from: Instant,
  to: Instant,
  limit: number,
): Occurrence[] {
  const found: Occurrence[] = [];
  if (limit < 1) return found;
  const { count } = recurrence.rule;
  let counted = 0;
  for (const occurrence of generated(recurrence, from, to)) {
    counted += 1;
    if (isBeyond(recurrence.rule, occurrence) || occurrence.at >= to) break;
    if (occurrence.at >= from && !recurrence.excluded.has(occurrence.local)) found.push(occurrence);
    if (found.length === limit || counted === count) break;
  }
  return found;
}

function isBeyond({ until }: Rule, { at, local }: Occurrence): boolean {
  if (until === null) return false;
  return until.isUtc ? at > until.time * MICROS_PER_SECOND : local > until.time;
}

/** What is counted has to be generated from the start; all else from shortly before `from`. */
function* generated(
  { rule, start, zone }: Recurrence,
  from: Instant,
  to: Instant,
): Generator<Occurrence> {
  const whole = completed(rule, start);
  const first = rule.count === null ? localAround(from, -ZONES_SPAN_SECONDS) : start;
  const last = localAround(to, ZONES_SPAN_SECONDS);
  const steps = new Steps();
  for (const period of periodsOf(whole, start, first, last)) {
    steps.take();
    const times = existing(period, zone, steps);
    for (const time of rule.positions === null ? times : chosen(rule.positions, [...times]))
      if (time.local >= start) yield time;
  }
}

function* existing({ days, seconds }: RulePeriod, zone: Zone, steps: Steps): Generator<Occurrence> {
  for (const day of days)
    for (const second of seconds) {
      steps.take();
      const local = day * SECONDS_PER_DAY + second;
      const at = zone.instantOf(local);
      if (at !== null) yield { at, local };
    }
}

/** BYSETPOS: the n-th of the period, or the n-th from its end. */
function chosen(positions: readonly number[], times: readonly Occurrence[]): Occurrence[] {
  const indices = positions.map((at) => (at > 0 ? at - 1 : times.length + at));
  return times.filter((_, index) => indices.includes(index));
}

const localAround = (instant: Instant, seconds: number): LocalTime =>
  Math.floor(instant / MICROS_PER_SECOND) + seconds;

class Steps {
  #left = STEPS_MAX;

  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new RuleError('the rule takes too long to be counted through');
  }
}
