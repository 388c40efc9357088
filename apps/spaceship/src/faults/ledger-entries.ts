import type { LedgerAction, LedgerEntry, LedgerTotals } from '#common/contracts';
import type { FaultProfile } from './fault-profile.js';
import { FaultyLink } from './faulty-link.js';
import { newDeparture, newPassage, type Passage } from './passage.js';
import type { Refusal } from './tally.js';

/** All that is kept of a stream for its ledger: the entries are reckoned anew from the seed. */
export interface LedgerRecord {
  readonly seed: number;
  readonly faults: FaultProfile | null;
  readonly periodMs: number;
  readonly lastSequence: number;
  readonly sha256: string;
  readonly totals: LedgerTotals;
  readonly refusals: ReadonlyMap<number, Refusal>;
}

/** An entry per number, or null for one that was just sent, as nearly all are. */
export function* ledgerEntries(record: LedgerRecord): Generator<LedgerEntry | null> {
  for (const passage of passages(record)) {
    const refusal = record.refusals.get(passage.number);
    yield isPlain(passage) && refusal === undefined ? null : entryOf(passage, refusal);
  }
}

/** Of a stream without faults: nothing else can have happened to its numbers. */
export function* refusedEntries({ refusals }: LedgerRecord): Generator<LedgerEntry> {
  for (const [number, refusal] of refusals) yield entryOf(freePassage(number), refusal);
}

export const plainEntry = (number: number): LedgerEntry => ({
  number,
  did: ['sent'],
  datagrams: 1,
  corrupted: 0,
});

function* passages({ seed, faults, periodMs, lastSequence }: LedgerRecord): Generator<Passage> {
  const link = faults === null ? null : new FaultyLink(seed, faults, periodMs);
  for (let number = 1; number <= lastSequence; number++) {
    // As in flight: the room that is left depends on what has gone.
    while (link !== null && link.nextLeavesAtMs <= link.nextMadeAtMs) link.takeFirst();
    yield link === null ? freePassage(number) : link.enter();
  }
}

function freePassage(number: number): Passage {
  const passage = newPassage(number);
  newDeparture(passage, 0, null);
  return passage;
}

function isPlain({ departures, isReordered, isDelayed, isRecorded }: Passage): boolean {
  const [first] = departures;
  const isTouched = isReordered || isDelayed || isRecorded;
  return departures.length === 1 && first?.damage === null && !isTouched;
}

function entryOf(passage: Passage, refusal: Refusal | undefined): LedgerEntry {
  const { number, departures } = passage;
  const damagedCount = departures.filter(({ damage }) => damage !== null).length;
  const facts: readonly (readonly [LedgerAction, boolean])[] = [
    ['sent', departures.length > 0],
    ['lost', departures.length === 0],
    ['duplicated', departures.length > 1],
    ['reordered', passage.isReordered],
    ['corrupted', damagedCount > 0],
    ['delayed', passage.isDelayed],
    ['recorded', passage.isRecorded],
    ['refused', refusal !== undefined],
  ];
  return {
    number,
    did: facts.flatMap(([action, isDone]) => (isDone ? [action] : [])),
    datagrams: departures.length - (refusal?.datagrams ?? 0),
    corrupted: damagedCount - (refusal?.corrupted ?? 0),
  };
}
