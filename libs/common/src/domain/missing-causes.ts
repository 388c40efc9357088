import { type SequenceRange, SequenceSet } from './sequence-set.js';

/** Why a number that the ship sent is missing. */
export type NumberCause = 'corrupt' | 'shed' | 'kernel' | 'restart' | 'lost';

export interface ExplainedRange {
  readonly from: number;
  readonly to: number;
  readonly cause: NumberCause;
}

export type CountByCause = Readonly<Record<NumberCause, number>>;

/** What is known of datagrams that came and were not kept, or never reached us. */
export interface CauseEvidence {
  /** Numbers that came in damaged or shed datagrams. */
  readonly corrupt: SequenceSet;
  readonly shed: SequenceSet;
  /** Numbers that were sent while the receiver was away. */
  readonly restart: SequenceSet;
  /** Counts without a place: a cause explains at most so many numbers. */
  readonly corruptUnplaced: number;
  readonly shedUnplaced: number;
  readonly kernel: number;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly cause: NumberCause | null;
}

/**
 * Gives every missing number a cause, the best evidence first: a number that a damaged datagram
 * named, then one that fell into a restart, then as many as counters without numbers allow, in order
 * of numbers. What remains was lost on the way.
 */
export function explainMissing(
  missing: readonly SequenceRange[],
  evidence: CauseEvidence,
): ExplainedRange[] {
  let pieces: Piece[] = missing.map(([from, to]) => ({ from, to, cause: null }));
  pieces = explainNumbers(pieces, evidence.corrupt, 'corrupt');
  pieces = explainNumbers(pieces, evidence.shed, 'shed');
  pieces = explainNumbers(pieces, evidence.restart, 'restart');
  pieces = explainCount(pieces, evidence.corruptUnplaced, 'corrupt');
  pieces = explainCount(pieces, evidence.shedUnplaced, 'shed');
  pieces = explainCount(pieces, evidence.kernel, 'kernel');
  return joinedByCause(pieces.map(({ from, to, cause }) => ({ from, to, cause: cause ?? 'lost' })));
}

export function countByCause(ranges: readonly ExplainedRange[]): CountByCause {
  const counts = { corrupt: 0, shed: 0, kernel: 0, restart: 0, lost: 0 };
  for (const { from, to, cause } of ranges) counts[cause] += to - from + 1;
  return counts;
}

/** Without numbers only the counters speak, in the same order; what they leave was lost on the way. */
export function explainCounts(
  missing: number,
  known: Readonly<Omit<CountByCause, 'lost'>>,
): CountByCause {
  const corrupt = Math.min(missing, known.corrupt);
  const shed = Math.min(missing - corrupt, known.shed);
  const kernel = Math.min(missing - corrupt - shed, known.kernel);
  const restart = Math.min(missing - corrupt - shed - kernel, known.restart);
  return { corrupt, shed, kernel, restart, lost: missing - corrupt - shed - kernel - restart };
}

function explainNumbers(
  pieces: readonly Piece[],
  numbers: SequenceSet,
  cause: NumberCause,
): Piece[] {
  if (numbers.size === 0) return [...pieces];
  return pieces.flatMap((piece) => (piece.cause === null ? split(piece, numbers, cause) : [piece]));
}

function split({ from, to }: Piece, numbers: SequenceSet, cause: NumberCause): Piece[] {
  const parts: Piece[] = [];
  let next = from;
  for (const [holeFrom, holeTo] of numbers.missing(from, to)) {
    if (holeFrom > next) parts.push({ from: next, to: holeFrom - 1, cause });
    parts.push({ from: holeFrom, to: holeTo, cause: null });
    next = holeTo + 1;
  }
  if (next <= to) parts.push({ from: next, to, cause });
  return parts;
}

function explainCount(pieces: readonly Piece[], count: number, cause: NumberCause): Piece[] {
  let left = count;
  return pieces.flatMap((piece) => {
    if (piece.cause !== null || left === 0) return [piece];
    const { from, to } = piece;
    const taken = Math.min(left, to - from + 1);
    left -= taken;
    const explained = { from, to: from + taken - 1, cause };
    return explained.to === to ? [explained] : [explained, { ...piece, from: from + taken }];
  });
}

/** Neighbours of one cause become one range. */
export function joinedByCause(pieces: readonly ExplainedRange[]): ExplainedRange[] {
  const ranges: ExplainedRange[] = [];
  for (const piece of pieces) {
    const last = ranges.at(-1);
    if (last && last.cause === piece.cause && last.to + 1 === piece.from)
      ranges[ranges.length - 1] = { ...last, to: piece.to };
    else ranges.push(piece);
  }
  return ranges;
}
