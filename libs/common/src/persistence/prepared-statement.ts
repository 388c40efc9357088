import type { Writable } from 'node:stream';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { STATEMENT_TIMEOUT_MS } from './data-source.js';
import { bindMessage, type Parameter } from './bind-message.js';

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
  parameters: readonly Parameter[],
  answerTimeoutMs = ANSWER_TIMEOUT_MS,
): Promise<Row[]> {
  const runner = source.createQueryRunner();
  try {
    const connection = (await runner.connect()) as pg.ClientBase;
    return await answerOf<Row>(connection, { name, text, parameters, answerTimeoutMs });
  } finally {
    await runner.release();
  }
}

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly answerTimeoutMs: number;
}

/** Without an answer its connection is of no use any more: so it leaves the pool. */
async function answerOf<Row extends object>(
  connection: pg.ClientBase,
  statement: Statement,
): Promise<Row[]> {
  try {
    return await new Promise<Row[]>((resolve, reject) => {
      connection.query(
        new PiecewiseQuery(statement, (fault, result) => {
          if (fault) reject(fault);
          else resolve((result as pg.QueryResult<Row>).rows);
        }),
      );
    });
  } catch (fault) {
    if (!(fault instanceof pg.DatabaseError)) connection.emit('error', fault);
    throw fault;
  }
}

type Answer = (fault: Error | undefined, result?: pg.QueryResult) => void;

/** What `pg.Query` asks of its connection, as its types do not say. */
interface Wire {
  readonly stream: Writable;
  bind(config: { readonly statement: string }): void;
}

/** Inherited, and not among the types of pg. */
interface Preparing {
  prepare(wire: Wire): void;
}

/**
 * The client itself copies parameters three times on their way to the socket: with megabytes a second
 * that is what the collector of garbage is then busy with.
 */
class PiecewiseQuery extends pg.Query {
  /** The client reads it, as it does of an ordinary query. */
  readonly query_timeout: number;
  readonly #parameters: readonly Parameter[];

  constructor({ name, text, parameters, answerTimeoutMs }: Statement, answer: Answer) {
    super({ name, text }, answer);
    this.query_timeout = answerTimeoutMs;
    this.#parameters = parameters;
  }

  /** The stream is corked meanwhile, so the pieces leave together. */
  prepare(wire: Wire): void {
    const bind: Wire['bind'] = ({ statement }) => {
      for (const piece of bindMessage(statement, this.#parameters)) wire.stream.write(piece);
    };
    const piecewise = Object.create(wire, { bind: { value: bind } }) as Wire;
    (pg.Query.prototype as unknown as Preparing).prepare.call(this, piecewise);
  }
}
