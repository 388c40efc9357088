import { setImmediate as othersTurn } from 'node:timers/promises';
import type { LedgerEntry, StreamLedger } from '#common/contracts';
import { ledgerEntries, type LedgerRecord, plainEntry, refusedEntries } from './ledger-entries.js';

/** Numbers between two looks at the event loop; their entries are one piece of text, up to 100 KB. */
const NUMBERS_PER_PIECE = 1_000;

export const LEDGER_SELECTIONS = ['all', 'faults'] as const;
/** `faults` leaves out the numbers that were just sent. */
export type LedgerSelection = (typeof LEDGER_SELECTIONS)[number];

export type LedgerHead = Pick<StreamLedger, 'event_key' | 'phase'>;

/** A ledger as JSON, piece by piece: its size is that of the stream, and it is nowhere as a whole. */
export async function* ledgerText(
  head: LedgerHead,
  record: LedgerRecord,
  selection: LedgerSelection,
): AsyncGenerator<string> {
  const { seed, sha256, totals } = record;
  // Without its last bracket, that the entries may follow.
  yield `${JSON.stringify({ ...head, seed, sha256, totals }).slice(0, -1)},"entries":[`;
  let separator = '';
  for (const entries of pieces(record, selection)) {
    if (entries.length > 0) {
      yield separator + entries.map((entry) => JSON.stringify(entry)).join(',\n');
      separator = ',\n';
    }
    await othersTurn();
  }
  yield ']}';
}

function* pieces(record: LedgerRecord, selection: LedgerSelection): Generator<LedgerEntry[]> {
  let piece: LedgerEntry[] = [];
  let number = 0;
  for (const entry of entriesToShow(record, selection)) {
    number += 1;
    if (entry !== null) piece.push(entry);
    else if (selection === 'all') piece.push(plainEntry(number));
    if (number % NUMBERS_PER_PIECE !== 0) continue;
    yield piece;
    piece = [];
  }
  yield piece;
}

/** Where nothing can go wrong but at the network, there is no need to go through all numbers. */
function entriesToShow(
  record: LedgerRecord,
  selection: LedgerSelection,
): Iterable<LedgerEntry | null> {
  if (selection === 'all' || record.faults !== null) return ledgerEntries(record);
  return refusedEntries(record);
}
