import type { ContactReport, MissingRange } from '#common/contracts';
import {
  type ContactAccount,
  countByCause,
  type ExplainedRange,
  joinedByCause,
  type NumbersPart,
  type ShipStatement,
} from '#common/domain';
import { numbersReportOf } from '../receptions/reception-report.js';
import type { FullReport, RecordedContact } from '../receptions/reception-store.port.js';

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
export function replayNumbers(account: ContactAccount, first: FullReport): Numbers {
  const part = account.numbers(statementIn(first.report));
  if (account.accounting === 'totals') return totalsOf(part, first.report.numbers);
  const missingRanges = withCauses(part.missingRanges, causesTold(first));
  return numbersReportOf({ ...part, missingRanges, missingByCause: countByCause(missingRanges) });
}

/** Where datagrams have no number only the sums can be told apart. */
function totalsOf({ expected, good, missing }: NumbersPart, first: Numbers): Numbers {
  const sums = { expected, good, missing, missing_ranges: [] };
  if (missing === null || missing === 0) return sums;
  const known = first.missing_by_cause ?? countByCause([]);
  const lost = known.lost + missing - (first.missing ?? 0);
  return { ...sums, missing_ranges_total: 0, missing_by_cause: { ...known, lost } };
}

/** Behind all that the first report tells. */
const NOTHING_TOLD: MissingRange = { from: Infinity, to: Infinity, cause: 'lost' };

/** What is missing, each part with the cause that is told of it; both in order, in one pass. */
function withCauses(
  missing: readonly ExplainedRange[],
  causes: Iterator<MissingRange>,
): MissingRange[] {
  const nextTold = (): MissingRange => {
    const { done, value } = causes.next();
    return done ? NOTHING_TOLD : value;
  };
  let told = nextTold();
  const parts: MissingRange[] = [];
  for (const { from, to } of missing) {
    let next = from;
    while (next <= to) {
      while (told.to < next) told = nextTold();
      const isTold = told.from <= next;
      const end = Math.min(to, isTold ? told.to : told.from - 1);
      parts.push({ from: next, to: end, cause: isTold ? told.cause : 'lost' });
      next = end + 1;
    }
  }
  return joinedByCause(parts);
}

function* causesTold({ report, unlisted }: FullReport): Generator<MissingRange> {
  yield* report.numbers.missing_ranges;
  yield* unlisted;
}
