import pg from 'pg';
import type { DataSource } from 'typeorm';
import { STATEMENT_TIMEOUT_MS } from '#common/persistence';

/** The server gives up first, if it can: one that is frozen, or out of reach, can not. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000;

/**
 * Runs a statement that each connection plans once: a plan of ten parts costs as much as what it does to
 * a few rows. The name stands for one text for ever.
 * @throws also when there is no answer in time; whether it was done, nobody knows then
 */
export async function runPrepared<Row extends object>(
  source: DataSource,
  name: string,
  text: string,
  values: unknown[],
  answerTimeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Row[]> {
  const runner = source.createQueryRunner();
  try {
    const connection = (await runner.connect()) as pg.ClientBase;
    const query = { name, text, values, query_timeout: answerTimeoutMs };
    const { rows } = await answerOf<Row>(connection, query);
    return rows;
  } finally {
    await runner.release();
  }
}

/** Without an answer its connection is of no use any more: so it leaves the pool. */
async function answerOf<Row extends object>(
  connection: pg.ClientBase,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  try {
    return await connection.query<Row>(query);
  } catch (fault) {
    if (!(fault instanceof pg.DatabaseError)) connection.emit('error', fault);
    throw fault;
  }
}
