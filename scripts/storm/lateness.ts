import type { ContactFact, Facts } from './facts.js';
import type { Outage } from './nemesis.js';
import type { Kind } from './target.js';

/** Milliseconds; null without a single start. */
export interface Lateness {
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** What a start waits for. */
const BLOCKING: readonly Kind[] = ['scheduler', 'postgresql', 'redis'];
/** A scheduler that is back looks for what is due twice a second. */
const RECOVERY_MS = 2_000;

/** Of all starts, and of those whose start time lay in no outage of what a start waits for. */
export function latenessOf({ contacts, outages }: Pick<Facts, 'contacts' | 'outages'>): {
  readonly all: Lateness;
  readonly outsideOutages: Lateness;
} {
  const started = contacts.filter(({ startedAt }) => startedAt !== null);
  const blocking = outages.filter(({ kind }) => BLOCKING.includes(kind));
  const calm = started.filter((contact) => !isWithin(contact, blocking));
  return { all: percentiles(started), outsideOutages: percentiles(calm) };
}

const isWithin = ({ startTime }: ContactFact, outages: readonly Outage[]): boolean =>
  outages.some(
    ({ fromMs, toMs }) => startTime / 1_000 >= fromMs && startTime / 1_000 <= toMs + RECOVERY_MS,
  );

function percentiles(started: readonly ContactFact[]): Lateness {
  const late = started
    .map(({ startedAt, startTime }) => ((startedAt ?? startTime) - startTime) / 1_000)
    .toSorted((a, b) => a - b);
  const at = (share: number): number | null => {
    const value = late[Math.min(late.length - 1, Math.floor(share * late.length))];
    return value === undefined ? null : Math.round(value * 10) / 10;
  };
  return { count: late.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
