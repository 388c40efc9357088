import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import { type Limit, type Severity, severityOf, weightOf } from './limit.js';

/** What is known of one field of one battery. */
export interface MonitorState {
  readonly severity: Severity;
  /** The generation time of the newest value that was judged. */
  readonly lastAt: Instant | null;
  /** Since when all values were at least so grave; null where the last one was not. */
  readonly warningSince: Instant | null;
  readonly criticalSince: Instant | null;
}

export const CALM: MonitorState = {
  severity: 'normal',
  lastAt: null,
  warningSince: null,
  criticalSince: null,
};

/**
 * Judges the next value. Late ones change nothing: an alarm tells how the ship is, not how it was. A
 * value is at once less grave when it is inside by the hysteresis, and graver once that has lasted.
 */
export function judge(limit: Limit, state: MonitorState, value: number, at: Instant): MonitorState {
  if (state.lastAt !== null && at <= state.lastAt) return state;
  const found = foundIn(limit, state.severity, value);
  const warningSince = weightOf(found) >= 1 ? (state.warningSince ?? at) : null;
  const criticalSince = weightOf(found) >= 2 ? (state.criticalSince ?? at) : null;
  const lasting = (since: Instant | null): boolean =>
    since !== null && at - since >= limit.persistenceSeconds * MICROS_PER_SECOND;
  const severity = severityFrom(
    state.severity,
    found,
    lasting(warningSince),
    lasting(criticalSince),
  );
  return { severity, lastAt: at, warningSince, criticalSince };
}

/** How grave it is for one that has this severity already: down only over the hysteresis. */
function foundIn(limit: Limit, current: Severity, value: number): Severity {
  const plain = severityOf(limit, value);
  if (weightOf(plain) >= weightOf(current)) return plain;
  const strict = severityOf(limit, value, limit.hysteresis);
  return weightOf(strict) >= weightOf(current) ? current : strict;
}

function severityFrom(
  current: Severity,
  found: Severity,
  isWarningLasting: boolean,
  isCriticalLasting: boolean,
): Severity {
  if (weightOf(found) <= weightOf(current)) return found;
  if (isCriticalLasting) return 'critical';
  return isWarningLasting && current === 'normal' ? 'warning' : current;
}
