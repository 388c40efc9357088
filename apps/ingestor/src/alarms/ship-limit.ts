import type { Limit } from './limit.js';

export const LIMITS_PER_SHIP_MAX = 256;
/** Of all ships: every ingestor keeps them all in memory. */
export const LIMITS_MAX = 10_000;

/** What a limit is for; battery null: for all that have none of their own. */
export interface LimitKey {
  readonly shipName: string;
  readonly field: string;
  readonly battery: number | null;
}

export interface ShipLimit extends LimitKey {
  readonly limit: Limit;
}

/** By field, that for all batteries first: the order of lists. */
export function compareLimits(a: LimitKey, b: LimitKey): number {
  if (a.field !== b.field) return a.field < b.field ? -1 : 1;
  return (a.battery ?? -1) - (b.battery ?? -1);
}

/** Whether there is a limit that asks for alarms of a series. */
export const isLimited = (
  limits: readonly ShipLimit[],
  { shipName, field, battery, kind }: LimitKey & { readonly kind: 'limit' | 'stale' },
): boolean =>
  limits.some((one) => {
    if (one.shipName !== shipName || one.field !== field) return false;
    return kind === 'stale'
      ? one.battery === battery && one.limit.staleAfterSeconds !== null
      : one.battery === null || one.battery === battery;
  });

export const limitsFull = (): string =>
  `A ship has ${LIMITS_PER_SHIP_MAX} limits at most, and all ships together ${LIMITS_MAX}.`;
