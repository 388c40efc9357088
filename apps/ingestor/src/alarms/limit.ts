/** What a value may be; null: no bound on that side. The bounds themselves are inside. */
export interface LimitBand {
  readonly low: number | null;
  readonly high: number | null;
}

/** In order of weight. */
export const SEVERITIES = ['normal', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What one field of a ship may say, in the unit of the field. */
export interface Limit {
  readonly warning: LimitBand | null;
  readonly critical: LimitBand | null;
  /** Outside for so long, by the ship's clock, before it counts. */
  readonly persistenceSeconds: number;
  /** Inside by so much before it is over: a value that trembles at the bound must not raise a hundred. */
  readonly hysteresis: number;
  /** During a contact nothing came for so long: the value is stale. Null: that may last. */
  readonly staleAfterSeconds: number | null;
}

export const weightOf = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** How grave a value is; bands count as narrower by `margin` on both sides. */
export function severityOf({ warning, critical }: Limit, value: number, margin = 0): Severity {
  if (isOutside(critical, value, margin)) return 'critical';
  return isOutside(warning, value, margin) ? 'warning' : 'normal';
}

function isOutside(band: LimitBand | null, value: number, margin: number): boolean {
  if (band === null) return false;
  const { low, high } = band;
  return (low !== null && value < low + margin) || (high !== null && value > high - margin);
}

/** The bound that makes a value so grave, inside by `margin` as well; null where there is none. */
export function boundOf(
  { warning, critical }: Limit,
  severity: Severity,
  value: number,
  margin = 0,
): number | null {
  const band = severity === 'critical' ? critical : warning;
  if (band === null) return null;
  const { low, high } = band;
  if (low !== null && value < low + margin) return low;
  return high !== null && value > high - margin ? high : null;
}

/** How far outside a value is, of the band of that severity; negative inside. */
export function excessOf({ warning, critical }: Limit, severity: Severity, value: number): number {
  const band = severity === 'critical' ? critical : warning;
  if (band === null) return Number.NEGATIVE_INFINITY;
  return Math.max((band.low ?? -Infinity) - value, value - (band.high ?? Infinity));
}

/** In words, where a limit cannot be; null where it can. */
export function faultOf({
  warning,
  critical,
  hysteresis,
  staleAfterSeconds,
}: Limit): string | null {
  const lows = [critical?.low, warning?.low].filter(isNumber);
  const highs = [warning?.high, critical?.high].filter(isNumber);
  if (lows.length + highs.length === 0 && staleAfterSeconds === null)
    return 'a limit needs at least one bound, or stale_after';
  const bounds = [...lows, ...highs];
  const isOrdered = bounds.every((bound, at) => at === 0 || bounds[at - 1]! <= bound);
  if (!isOrdered)
    return 'bounds must be in the order critical.low ≤ warning.low ≤ warning.high ≤ critical.high';
  const rooms = [warning, critical].map((band) => roomOf(band));
  if (rooms.some((room) => 2 * hysteresis > room))
    return 'hysteresis must be at most half of each band, or nothing would ever be inside again';
  return null;
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';

const roomOf = (band: LimitBand | null): number =>
  (band?.high ?? Infinity) - (band?.low ?? -Infinity);
