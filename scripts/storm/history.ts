import { createWriteStream, type WriteStream } from 'node:fs';

export type Outcome = 'ok' | 'fail' | 'unknown';

/** One line of what a client did, or saw. Never changed once written. */
export interface HistoryEntry {
  /** Since the storm began, by the monotonic clock. */
  readonly atMs: number;
  readonly operation: 'book' | 'move' | 'end' | 'see';
  /** `unknown` (no answer, or a 5xx) may have happened or not; `ok` may not be lost. */
  readonly phase: 'invoke' | Outcome;
  readonly shipName: string;
  readonly contactId: string | null;
  readonly status: number | null;
  /** ISO 8601; what was asked for. */
  readonly startTime: string | null;
  /** As the answer says. */
  readonly state: string | null;
}

/** What the clients know, kept in memory for the checker and in a file for people. */
export class History {
  readonly entries: HistoryEntry[] = [];
  readonly #file: WriteStream;
  readonly #startedAt = performance.now();

  constructor(path: string) {
    this.#file = createWriteStream(path, { flags: 'a' });
  }

  add(entry: Omit<HistoryEntry, 'atMs'>): void {
    const whole = { atMs: Math.round(performance.now() - this.#startedAt), ...entry };
    this.entries.push(whole);
    this.#file.write(`${JSON.stringify(whole)}\n`);
  }

  close(): Promise<void> {
    return new Promise((done) => this.#file.end(done));
  }
}
