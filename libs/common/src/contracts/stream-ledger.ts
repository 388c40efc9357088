import type { StreamPhase } from './stream-request.dto.js';

/**
 * What became of a number. `sent`: faults let a datagram of it leave; `lost`: they let none. The others say what a `sent` one
 * met with; `refused`: the network did not take all that the faults let leave.
 */
export const LEDGER_ACTIONS = [
  'sent',
  'lost',
  'duplicated',
  'reordered',
  'corrupted',
  'delayed',
  'recorded',
  'refused',
] as const;
export type LedgerAction = (typeof LEDGER_ACTIONS)[number];

export interface LedgerEntry {
  readonly number: number;
  readonly did: readonly LedgerAction[];
  /** That leave, or left: 0 to 2. */
  readonly datagrams: number;
  /** Of these, those that are damaged. */
  readonly corrupted: number;
}

/** Sums over the whole stream so far. `datagrams` = `intact` + `repeated` + `corrupted`. */
export interface LedgerTotals {
  readonly numbers: number;
  /** Numbers of which nothing leaves. */
  readonly lost: number;
  /** Of these, those for which the recorder or the way had no room. */
  readonly dropped: number;
  /** Numbers that leave twice. */
  readonly duplicated: number;
  readonly reordered: number;
  readonly delayed: number;
  readonly recorded: number;
  /** Datagrams that left, closing packets not counted. */
  readonly datagrams: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Numbers of which an undamaged datagram left: what a receiver can count as good. */
  readonly intact: number;
  /** Further undamaged datagrams of these numbers. */
  readonly repeated: number;
  /** Damaged datagrams. */
  readonly corrupted: number;
  /** First undamaged datagrams of their number that left after one of a higher number. */
  readonly late: number;
  /** Datagrams that wait in the recorder or are on their way: 0 once the stream has ended. */
  readonly held: number;
  /** Datagrams that the network did not take. */
  readonly refused: number;
  /** Of these, those that no entry names, since there were too many. */
  readonly refused_unlisted: number;
  /** Closing packets that left. */
  readonly closing: number;
}

/** Answer to `GET /stream/{event_key}/ledger`. */
export interface StreamLedger {
  readonly event_key: string;
  readonly phase: StreamPhase;
  readonly seed: number;
  /** Over all bytes that left, in their order, closing packets included. */
  readonly sha256: string;
  readonly totals: LedgerTotals;
  readonly entries: readonly LedgerEntry[];
}
