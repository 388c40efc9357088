import type { LedgerRecord } from '../faults/ledger-entries.js';
import type { StreamSnapshot } from './stream.js';

/** Enough for an operator who comes back after lunch; the oldest is forgotten for each further one. */
export const ENDED_STREAMS_MAX = 1_000;

/** What is left of streams that are over. */
export class EndedStreams {
  readonly #snapshots = new Map<string, StreamSnapshot>();
  readonly #ledgers = new Map<string, LedgerRecord>();
  readonly #uncollected = new Set<string>();

  /** A stream that nobody asked to stop keeps its account for the stop that may still come. */
  add(snapshot: StreamSnapshot, ledger: LedgerRecord, isCollected: boolean): void {
    this.#snapshots.set(snapshot.eventKey, snapshot);
    this.#ledgers.set(snapshot.eventKey, ledger);
    if (!isCollected) this.#uncollected.add(snapshot.eventKey);
    if (this.#snapshots.size <= ENDED_STREAMS_MAX) return;
    const [oldest] = this.#snapshots.keys();
    if (oldest === undefined) return;
    this.#snapshots.delete(oldest);
    this.#ledgers.delete(oldest);
    this.#uncollected.delete(oldest);
  }

  find(eventKey: string): StreamSnapshot | undefined {
    return this.#snapshots.get(eventKey);
  }

  ledgerOf(eventKey: string): LedgerRecord | undefined {
    return this.#ledgers.get(eventKey);
  }

  /** Once per stream. */
  collect(eventKey: string): StreamSnapshot | undefined {
    return this.#uncollected.delete(eventKey) ? this.find(eventKey) : undefined;
  }
}
