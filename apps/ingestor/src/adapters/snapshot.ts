import type { DataSource, QueryRunner } from 'typeorm';

const STATEMENT_TIMEOUT_MS = 30_000;
/** Longer than any reader may rest: who forgets one is not to hold up the upkeep of tables for ever. */
const IDLE_TIMEOUT_MS = 90_000;

/** In one round trip. */
const BEGIN = `START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS};
  SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}`;

/**
 * A connection that sees the database as it was at its first statement, and reads what is too much for
 * one answer in pieces. Whoever opens it must close it.
 */
export class Snapshot {
  #isOpen = false;
  #hasCursor = false;

  private constructor(private readonly runner: QueryRunner) {}

  static async open(source: DataSource): Promise<Snapshot> {
    const snapshot = new Snapshot(source.createQueryRunner());
    try {
      await snapshot.#begin();
      return snapshot;
    } catch (fault) {
      await snapshot.close();
      throw fault;
    }
  }

  async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return (await this.runner.query(sql, parameters)) as T[];
  }

  /** What `fetch` gives from now on. */
  async declare(sql: string, parameters: unknown[]): Promise<void> {
    if (this.#hasCursor) await this.runner.query('CLOSE pieces');
    this.#hasCursor = true;
    await this.runner.query(`DECLARE pieces NO SCROLL CURSOR FOR ${sql}`, parameters);
  }

  /** At most so many rows; none when there are no more. */
  async fetch<T>(count: number): Promise<T[]> {
    return (await this.runner.query(`FETCH ${count} FROM pieces`)) as T[];
  }

  /** Never throws: a connection that is gone has let go of everything. */
  async close(): Promise<void> {
    if (this.#isOpen) await this.runner.query('ROLLBACK').catch(() => undefined);
    await this.runner.release().catch(() => undefined);
  }

  async #begin(): Promise<void> {
    await this.runner.connect();
    this.#isOpen = true;
    await this.runner.query(BEGIN);
  }
}
