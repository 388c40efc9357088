import pg from 'pg';
import { isUnavailable } from '#common/platform';

const CONNECT_MS_MAX = 2_000;
/** Senders wait for ten seconds, then come again; until then a short stall may pass. */
const QUERY_MS_MAX = 3_000;
/** Less than the client waits, so that PostgreSQL says what holds it up. */
const LOCK_MS_MAX = 2_000;
const END_MS_MAX = 2_000;

/**
 * Contents in one answer: one of them may have 12 KB, and thousands of these take longer than there is
 * time. More than one transaction brings, which is up to 1,000 messages.
 */
export const CONTENT_BYTES_MAX = 16 * 1024 ** 2;

export interface Statement {
  /** It is prepared under this name, once per connection. */
  readonly name: string;
  readonly text: string;
}

export interface LogConnectionsOptions {
  readonly url: string;
  /** At one time. */
  readonly max: number;
  /** False: what a commit tells may be lost when the server dies. */
  readonly isDurable: boolean;
  readonly queryMsMax?: number;
}

/** One connection, for as long as somebody holds it. */
export interface LogConnection {
  /** Counted in the order in which they were opened, from 1. */
  readonly nr: number;
  query<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** Connections of one purpose, so that nobody waits for another's. Each question has a deadline. */
export class LogConnections {
  readonly #pool: pg.Pool;
  readonly #nrs = new WeakMap<pg.ClientBase, number>();
  #openedCount = 0;

  constructor({ url, max, isDurable, queryMsMax = QUERY_MS_MAX }: LogConnectionsOptions) {
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: 'perigee-rocket-monitor',
      max,
      idleTimeoutMillis: 0,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      // A frozen server keeps none of its own deadlines.
      query_timeout: queryMsMax,
      statement_timeout: queryMsMax,
      lock_timeout: Math.min(LOCK_MS_MAX, queryMsMax),
      idle_in_transaction_session_timeout: queryMsMax,
      onConnect: async (client) => {
        // The pool has no ear for those that are in somebody's hands; their questions fail.
        client.on('error', () => undefined);
        await setUp(client, isDurable);
        this.#openedCount += 1;
        this.#nrs.set(client, this.#openedCount);
      },
    });
    // An idle connection may break at any time; whoever asks next gets a new one.
    this.#pool.on('error', () => undefined);
  }

  /** Connections there were until now, also those that are lost. */
  get openedCount(): number {
    return this.#openedCount;
  }

  async query<Row extends object>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    return (await this.#pool.query<Row>({ ...statement, values: [...values] })).rows;
  }

  /** What does not come to its end has not happened, or nobody knows. */
  transaction<T>(begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query(begin);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    });
  }

  /** All questions of `work` go over one connection: between two of them no server was restarted. */
  onOne<T>(work: (connection: LogConnection) => Promise<T>): Promise<T> {
    return this.#withClient((client) =>
      work({
        nr: this.#nrs.get(client) ?? Number.POSITIVE_INFINITY,
        query: async <Row extends object>(statement: Statement, values: readonly unknown[]) =>
          (await client.query<Row>({ ...statement, values: [...values] })).rows,
      }),
    );
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (fault) {
      // With its connection the transaction ends, whatever state it is in.
      client.release(true);
      throw fault;
    }
  }

  /** A frozen server answers no farewell. */
  async end(): Promise<void> {
    const deadline = new Promise<void>((resolve) => {
      setTimeout(resolve, END_MS_MAX).unref();
    });
    await Promise.race([this.#pool.end(), deadline]);
  }
}

/**
 * The first may be set otherwise at the server. Every statement here goes along an index or the table: to
 * compile one takes longer than to run it, and a bitmap would read all of a channel for a page of it.
 */
const setUp = (client: pg.ClientBase, isDurable: boolean): Promise<unknown> =>
  client.query(
    `SET synchronous_commit = ${isDurable ? 'on' : 'off'}; SET jit = off; SET enable_bitmapscan = off`,
  );

/** PostgreSQL ends the connection, or its own work: it may have committed before. */
const UNDECIDED = /^(08|40003|57P|XX)/;

/** Whether PostgreSQL has answered that it did nothing; of any other fault nobody knows. */
export const isRolledBack = (fault: unknown): boolean =>
  fault instanceof pg.DatabaseError && !UNDECIDED.test(fault.code ?? 'XX');

/** A sentence for the health: what is away says more than that it is. */
export const awayReason = (fault: unknown): string =>
  isUnavailable(fault) && fault instanceof Error
    ? `PostgreSQL does not answer: ${fault.message || String((fault as { code?: unknown }).code)}`
    : `PostgreSQL refuses: ${fault instanceof Error ? fault.message : String(fault)}`;
