import { randomInt } from 'node:crypto';
import { type ContentParts, readContentParts, type RocketMessage } from '#common/domain';
import type { LogConnections } from './log-connections.js';
import { READ_NEWS } from './log-statements.js';

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
  /** Channel, number, content, transaction. */
  readonly messages: string | null;
  readonly counts: ChannelCounts[] | null;
}

/** A snapshot of PostgreSQL: which transactions are seen. */
interface Seen {
  readonly nr: number;
  readonly snapshot: string;
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
   * @param snapshot of the time from which on there may be something that `apply` does not know; it is
   *   told the same message again now and then
   */
  constructor(
    private readonly connections: LogConnections,
    snapshot: string,
    private readonly apply: (news: LogNews) => void,
  ) {
    this.#seen = { nr: 0, snapshot };
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
    let from: string = xminOf(seen.snapshot);
    let first: string | null = null;
    for (;;) {
      const values = [seen.snapshot, from, writer, PAGE_MAX];
      const [row] = await this.connections.query<NewsRow>(READ_NEWS, values);
      if (row === undefined) throw new Error('PostgreSQL gave no news.');
      // Later pages see more, but no page has all that is between two of them.
      first ??= row.snapshot;
      const page = readPage(row.messages);
      const isLast = page.messages.length < PAGE_MAX;
      // Counts may stand for channels of a page that is still to come.
      this.apply({ messages: page.messages, counts: isLast ? (row.counts ?? []) : [] });
      if (isLast) break;
      from = page.lastTransaction;
    }
    if (writer === this.#writer) this.#seen = { nr: this.#seen.nr + 1, snapshot: first };
  }
}

const newWriter = (): number => randomInt(WRITER_MAX);

/** `xmin:xmax:those in between that were under way`. */
const xminOf = (snapshot: string): string => snapshot.slice(0, snapshot.indexOf(':'));

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
