import type { MissingCause } from '#common/contracts';
import type { JudgedContact } from './judged-fleet.js';
import { rangesOf } from './ledger-verdict.js';

type Arrivals = JudgedContact['arrivals'];

/** What the report must say when the ingestor had no room for some, and the kernel for others. */
export const reachingVerdictOf = (contact: JudgedContact): object =>
  contact.order.format === 'ccsds' ? numbered(contact) : unnumbered(contact);

/** Shed datagrams of which nobody can tell whose they are: those that are damaged, or close a stream. */
export function straysOf({ order, arrivals }: JudgedContact): number {
  if (order.format === 'json') return 0;
  return arrivals.filter(({ how, datagram: { number, isCorrupted } }) => {
    return how === 'shed' && (number === null || isCorrupted);
  }).length;
}

function numbered({ order, arrivals }: JudgedContact): object {
  const taken = arrivals.filter(({ how }) => how === 'taken');
  const told = arrivals.filter(isTold);
  const corrupt = taken.filter(({ datagram }) => datagram.isCorrupted);
  const control = taken.filter(({ datagram }) => datagram.number === null).length;
  const { good, late } = firstOnes(taken);
  const dropped = countOf(arrivals, 'dropped');
  return {
    closed: true,
    datagrams: {
      received: told.length,
      bytes: bytesOf(told),
      good: good.size,
      duplicates: taken.length - control - corrupt.length - good.size,
      late,
      corrupt: corrupt.length,
      control,
      rejected: {},
      shed: told.length - taken.length,
      kernel_dropped: dropped,
    },
    numbers: {
      expected: order.count,
      good: good.size,
      missing: order.count - good.size,
      missing_ranges: missingRanges(order.count, good, arrivals, dropped),
    },
    samples_stored: order.batteryCount * good.size,
  };
}

/** To the account of the contact. */
const isTold = ({ how, datagram }: Arrivals[number]): boolean =>
  how === 'taken' || (how === 'shed' && datagram.number !== null && !datagram.isCorrupted);

function firstOnes(taken: Arrivals): { good: ReadonlySet<number>; late: number } {
  const good = new Set<number>();
  let highest = 0;
  let late = 0;
  for (const { number, isCorrupted } of taken.map(({ datagram }) => datagram)) {
    if (number === null || isCorrupted || good.has(number)) continue;
    good.add(number);
    if (number < highest) late += 1;
    else highest = number;
  }
  return { good, late };
}

/** The kernel only counts: it explains the first ones that nothing else does. */
function missingRanges(
  count: number,
  good: ReadonlySet<number>,
  arrivals: Arrivals,
  dropped: number,
): object[] {
  const numbersWith = (how: string, isDamaged: boolean): Set<number | null> =>
    new Set(
      arrivals
        .filter((one) => one.how === how && one.datagram.isCorrupted === isDamaged)
        .map(({ datagram }) => datagram.number),
    );
  const [damaged, shed] = [numbersWith('taken', true), numbersWith('shed', false)];
  let unplaced = dropped;
  const causeOf = (number: number): MissingCause => {
    if (damaged.has(number)) return 'corrupt';
    if (shed.has(number)) return 'shed';
    return (unplaced -= 1) >= 0 ? 'kernel' : 'lost';
  };
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((one) => !good.has(one));
  return rangesOf(missing.map((number) => ({ from: number, to: number, cause: causeOf(number) })));
}

function unnumbered({ order, arrivals }: JudgedContact): object {
  const taken = arrivals.filter(({ how }) => how === 'taken');
  const good = taken.filter(({ datagram }) => !datagram.isCorrupted).length;
  const told = arrivals.filter(({ how }) => how !== 'dropped');
  const shed = countOf(arrivals, 'shed');
  const dropped = countOf(arrivals, 'dropped');
  const missing = Math.max(0, order.count - good);
  const byCause = { corrupt: Math.min(missing, taken.length - good), shed: 0, kernel: 0, lost: 0 };
  byCause.shed = Math.min(missing - byCause.corrupt, shed);
  byCause.kernel = Math.min(missing - byCause.corrupt - byCause.shed, dropped);
  byCause.lost = missing - byCause.corrupt - byCause.shed - byCause.kernel;
  return {
    closed: told.length <= order.count,
    datagrams: { received: told.length, bytes: bytesOf(told), good, shed, kernel_dropped: dropped },
    numbers: {
      expected: order.count,
      good,
      missing,
      ...(missing > 0 && { missing_by_cause: byCause }),
    },
    samples_stored: good,
  };
}

const countOf = (arrivals: Arrivals, wanted: string): number =>
  arrivals.filter(({ how }) => how === wanted).length;

const bytesOf = (arrivals: Arrivals): number =>
  arrivals.reduce((sum, { datagram }) => sum + datagram.bytes.length, 0);
