import { randomInt } from 'node:crypto';
import { type ContentParts, readContentParts, type RocketMessage } from '#common/domain';
import { CONTENT_BYTES_MAX, type LogConnection, type LogConnections } from './log-connections.js';
import { READ_NEWS } from './log-statements.js';
import { spanOf, xminOf } from './snapshot.js';

/** More than one transaction has, so that each page gets beyond the transaction of the last one. */
const PAGE_MAX = 10_000;
const WRITER_MAX = 2 ** 48 - 1;

/** What a channel's account says beside its numbers; each only grows. */
export type ChannelCounts = readonly [
  channel: string,
  duplicates: number,
  conflicts: number,
  rejected: number,
];

export interface LogNews {
  readonly messages: readonly RocketMessage[];
  readonly counts: readonly ChannelCounts[];
}

interface NewsRow {
  readonly snapshot: string;
  /** Where the write-ahead log ends after all that the snapshot sees, and up to where it is on the disk. */
  readonly inserted: string;
  readonly flushed: string;
  /** Channel, number, content, transaction. */
  readonly messages: string | null;
  readonly is_last: boolean;
  readonly counts: ChannelCounts[] | null;
}

/**
 * Snapshots of PostgreSQL, each says which transactions are seen. A crash forgets transactions that are
 * not on the disk yet, those without a durable commit, and their numbers are given to others.
 */
interface Seen {
  readonly nr: number;
  /** Holds until a crash. */
  readonly snapshot: string;
  /** Connections that had been opened by then: while one of them lives there was no crash. */
  readonly openedCount: number;
  /** Holds for ever, for all that it sees is on the disk. */
  readonly settled: string;
  /** The next to be settled, as soon as the disk has the write-ahead log up to there. */
  readonly awaited: { readonly snapshot: string; readonly inserted: bigint } | null;
}

/** Under which name something is written, and what was seen before. */
export interface WriteTicket {
  readonly writer: number;
  readonly seen: Seen;
}

/**
 * Reads what the other nodes add to the log, each transaction once. This process knows what it writes
 * itself, unless an answer stays out: then it takes another name, and reads after itself too.
 */
export class LogFollower {
  #writer = newWriter();
  #seen: Seen;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /**
   * @param snapshot of the time from which on there may be something that `apply` does not know; no
   *   crash takes back what it sees. `apply` is told the same message again now and then
   */
  constructor(
    private readonly connections: LogConnections,
    snapshot: string,
    private readonly apply: (news: LogNews) => void,
  ) {
    this.#seen = { nr: 0, snapshot, openedCount: 0, settled: snapshot, awaited: null };
  }

  /** Transactions that each reading looks at again, since an older one is still open. */
  get span(): number {
    return spanOf(this.#seen.snapshot);
  }

  /** To be had before something is written. */
  ticket(): WriteTicket {
    return { writer: this.#writer, seen: this.#seen };
  }

  /** Nobody knows whether what this ticket was for has been written, or is about to be. */
  doubt({ seen }: WriteTicket): void {
    this.#writer = newWriter();
    if (seen.nr < this.#seen.nr) this.#seen = seen;
  }

  /** Resolves when all is applied that was committed before this call. */
  catchUp(): Promise<void> {
    if (this.#next !== null) return this.#next;
    if (this.#running === null) return this.#run();
    // The one that is under way may have looked too early for this caller.
    this.#next = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.#run();
      });
    return this.#next;
  }

  #run(): Promise<void> {
    this.#running = this.#read().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #read(): Promise<void> {
    const { writer, seen } = this.ticket();
    const next = await this.connections.onOne((connection) =>
      this.#readFrom(connection, writer, connection.nr <= seen.openedCount ? seen : crashed(seen)),
    );
    if (writer === this.#writer) this.#seen = next;
  }

  async #readFrom(connection: LogConnection, writer: number, seen: Seen): Promise<Seen> {
    const { openedCount } = this.connections;
    let from: string = xminOf(seen.snapshot);
    let first: NewsRow | null = null;
    for (;;) {
      const values = [seen.snapshot, from, writer, PAGE_MAX, CONTENT_BYTES_MAX];
      const [row] = await connection.query<NewsRow>(READ_NEWS, values);
      if (row === undefined) throw new Error('PostgreSQL gave no news.');
      // Later pages see more, but no page has all that is between two of them.
      first ??= row;
      const page = readPage(row.messages);
      const isLast = row.is_last;
      // Counts may stand for channels of a page that is still to come.
      this.apply({ messages: page.messages, counts: isLast ? (row.counts ?? []) : [] });
      if (isLast) return following(seen, first, openedCount);
      from = page.lastTransaction;
    }
  }
}

/** What is left of it if there may have been a crash since. */
const crashed = (seen: Seen): Seen => ({ ...seen, snapshot: seen.settled, awaited: null });

function following(before: Seen, row: NewsRow, openedCount: number): Seen {
  const { snapshot } = row;
  const flushed = BigInt(row.flushed);
  const latest = { snapshot, inserted: BigInt(row.inserted) };
  const [settled] = [latest, before.awaited].filter((one) => one && one.inserted <= flushed);
  return {
    nr: before.nr + 1,
    snapshot,
    openedCount,
    settled: settled?.snapshot ?? before.settled,
    // The older one, so that it gets there however many are read meanwhile.
    awaited: settled === undefined && before.awaited !== null ? before.awaited : latest,
  };
}

const newWriter = (): number => randomInt(WRITER_MAX);

type NewsMessage = [channel: string, number: number, content: ContentParts, transaction: string];

function readPage(text: string | null) {
  const rows = text === null ? [] : (JSON.parse(text) as NewsMessage[]);
  return {
    messages: rows.map(([channel, number, content]): RocketMessage => ({
      channel,
      number,
      ...readContentParts(content),
    })),
    lastTransaction: rows.at(-1)?.[3] ?? '',
  };
}
