import { type ContactReport, MISSING_RANGES_MAX, type MissingRange } from '#common/contracts';
import {
  type ContactAccount,
  type CountByCause,
  type ExplainedRange,
  type ShipStatement,
} from '#common/domain';
import type { RecordedContact } from '../receptions/reception-store.port.js';

type Numbers = ContactReport['numbers'];

/**
 * What the ship said of the contact that is replayed; null where it said nothing. A foreign ship never
 * does: the edges in its report are those of what was seen.
 */
export function statementIn({
  first_sequence,
  last_sequence,
  numbers,
}: ContactReport): ShipStatement | null {
  const { expected: sent } = numbers;
  if (first_sequence === null || last_sequence === null || sent === null) return null;
  return { firstSequence: first_sequence, lastSequence: last_sequence, sent };
}

/** As the first report has them: what the ship said, or what was seen of a foreign one. */
export function replayEdges(
  account: ContactAccount,
  { report, isForeign }: RecordedContact,
): Pick<ContactReport, 'first_sequence' | 'last_sequence'> {
  const { first_sequence, last_sequence } = report;
  if (!isForeign) return { first_sequence, last_sequence };
  const [lowest = null, highest = null] = account.seen ?? [];
  return { first_sequence: lowest, last_sequence: highest };
}

/**
 * The numbers of a replay. A recording cannot say why it lacks something; the first report can. So a
 * number that was missing then has its cause of then, and what the replay itself left out is `lost`.
 */
export function replayNumbers(account: ContactAccount, first: ContactReport): Numbers {
  const { expected, good, missing, missingRanges } = account.numbers(statementIn(first));
  if (account.accounting === 'totals') return totalsOf(expected, good, missing, first.numbers);
  const ranges = missingRanges.flatMap((range) => causesOf(range, first.numbers.missing_ranges));
  const shown = joined(ranges, lastShown(first.numbers)).slice(0, MISSING_RANGES_MAX);
  const hasMore = sizeOf(shown) !== (missing ?? 0);
  return {
    expected,
    good,
    missing,
    missing_ranges: shown,
    ...(hasMore && {
      missing_ranges_total: totalRanges(ranges, good, first.numbers),
      missing_by_cause: byCause(ranges, good, first.numbers),
    }),
  };
}

/** Where datagrams have no number only the sums can be told apart. */
function totalsOf(
  expected: number | null,
  good: number,
  missing: number | null,
  first: Numbers,
): Numbers {
  const sums = { expected, good, missing, missing_ranges: [] };
  if (missing === null || missing === 0) return sums;
  const known = first.missing_by_cause ?? NONE;
  const lost = known.lost + missing - (first.missing ?? 0);
  return { ...sums, missing_ranges_total: 0, missing_by_cause: { ...known, lost } };
}

const NONE: CountByCause = { corrupt: 0, shed: 0, kernel: 0, restart: 0, lost: 0 };

/** The parts of a range that is missing, each with the cause that the first report gives it. */
function causesOf({ from, to }: ExplainedRange, known: readonly MissingRange[]): MissingRange[] {
  const parts: MissingRange[] = [];
  let next = from;
  for (const range of known) {
    if (range.to < next) continue;
    if (range.from > to) break;
    if (range.from > next) parts.push({ from: next, to: range.from - 1, cause: 'lost' });
    const part = { ...range, from: Math.max(range.from, next), to: Math.min(range.to, to) };
    parts.push(part);
    next = part.to + 1;
  }
  if (next <= to) parts.push({ from: next, to, cause: 'lost' });
  return parts;
}

/**
 * Neighbours of one cause become one range.
 * @param edge of what is known of the causes: behind it `lost` may be another cause, and is not joined
 */
function joined(parts: readonly MissingRange[], edge: number | null = null): MissingRange[] {
  const ranges: MissingRange[] = [];
  for (const part of parts) {
    const last = ranges.at(-1);
    if (last?.cause === part.cause && last.to + 1 === part.from && last.to !== edge)
      ranges[ranges.length - 1] = { ...last, to: part.to };
    else ranges.push(part);
  }
  return ranges;
}

/** The last number whose cause the first report shows; null where it shows all. */
const lastShown = ({ missing_ranges: shown, missing_ranges_total: total = 0 }: Numbers) =>
  total > shown.length ? (shown.at(-1)?.to ?? null) : null;

/** Of ranges that the first report does not show, it tells how many there are and the sums by cause. */
function totalRanges(ranges: readonly MissingRange[], good: number, first: Numbers): number {
  return isAsFirst(good, first) ? first.missing_ranges_total! : joined(ranges).length;
}

function byCause(ranges: readonly MissingRange[], good: number, first: Numbers): CountByCause {
  if (isAsFirst(good, first)) return first.missing_by_cause!;
  const counts = { ...NONE };
  for (const range of ranges) counts[range.cause] += range.to - range.from + 1;
  return counts;
}

/** The replay sends what the contact received and nothing else: as many are the same. */
const isAsFirst = (good: number, first: Numbers): boolean =>
  good === first.good && first.missing_by_cause !== undefined;

const sizeOf = (ranges: readonly { readonly from: number; readonly to: number }[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
