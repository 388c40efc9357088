import type { LedgerEntry, LedgerTotals, MissingRange } from '#common/contracts';

export interface FlownStream {
  readonly totals: LedgerTotals;
  readonly entries: readonly LedgerEntry[];
  /** Bytes of the closing packets that left: the ledger's sums leave them out. */
  readonly closingBytes: number;
}

/**
 * What the report of a contact must say when all that left the ship came to the ingestor: from the ship's
 * ledger alone.
 */
export const verdictOf = (
  format: 'ccsds' | 'json',
  batteryCount: number,
  stream: FlownStream,
): object => (format === 'ccsds' ? numbered(batteryCount, stream) : unnumbered(stream));

function numbered(batteryCount: number, { totals, entries, closingBytes }: FlownStream): object {
  const { numbers, intact, datagrams, closing } = totals;
  return {
    state: 'completed',
    closed: true,
    accounting: 'sequence',
    first_sequence: 1,
    last_sequence: numbers,
    datagrams: {
      received: datagrams + closing,
      bytes: totals.bytes + closingBytes,
      good: intact,
      duplicates: totals.repeated,
      late: totals.late,
      corrupt: totals.corrupted,
      control: closing,
      rejected: {},
      shed: 0,
      kernel_dropped: 0,
    },
    numbers: {
      expected: numbers,
      good: intact,
      missing: numbers - intact,
      missing_ranges: rangesOf(entries.flatMap(fateOf)),
    },
    samples_stored: batteryCount * intact,
  };
}

/**
 * Texts have no number: a repeated one looks like another, a damaged one like one that is wrong. Where
 * more came than the ship has numbers, nobody can say what is missing.
 */
function unnumbered({ totals }: FlownStream): object {
  const { numbers, intact, repeated, corrupted, datagrams } = totals;
  const good = intact + repeated;
  const missing = Math.max(0, numbers - good);
  return {
    state: 'completed',
    closed: datagrams <= numbers,
    accounting: 'totals',
    datagrams: {
      received: datagrams,
      bytes: totals.bytes,
      good,
      duplicates: 0,
      late: 0,
      corrupt: 0,
      control: 0,
      shed: 0,
      kernel_dropped: 0,
    },
    numbers: {
      expected: numbers,
      good,
      missing,
      missing_ranges: [],
      ...(missing > 0 && {
        missing_by_cause: {
          corrupt: Math.min(missing, corrupted),
          shed: 0,
          kernel: 0,
          restart: 0,
          lost: missing - Math.min(missing, corrupted),
        },
      }),
    },
    samples_stored: good,
  };
}

/** Nothing where an undamaged datagram of the number left. */
export function fateOf({ number, datagrams, corrupted }: LedgerEntry): MissingRange[] {
  if (datagrams > corrupted) return [];
  return [{ from: number, to: number, cause: corrupted > 0 ? 'corrupt' : 'lost' }];
}

/** Neighbours of one cause as one range. */
export function rangesOf(numbers: readonly MissingRange[]): MissingRange[] {
  const ranges: MissingRange[] = [];
  for (const one of numbers) {
    const last = ranges.at(-1);
    const isNext = last && last.cause === one.cause && last.to + 1 === one.from;
    if (isNext) ranges[ranges.length - 1] = { ...last, to: one.to };
    else ranges.push(one);
  }
  return ranges;
}
