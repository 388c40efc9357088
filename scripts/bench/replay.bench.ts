import { join } from 'node:path';
import pg from 'pg';
import { record } from '../rockets/record.js';
import { replay } from '../rockets/replay.js';
import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { isKnown, withMonitor } from './monitors.js';
import { readLogReplay } from './log-replay.line.js';
import { measurePair } from './rounds.js';

const ROUNDS_DEFAULT = 3;
const GOAL = 200_000;
/** The more there are, the less a start's other work shows. */
const MESSAGES_FACTOR = 2;
const LOAD_MS_MAX = 120_000;
/** Numbers in one question. */
const PAGE = 10_000;
const QUERY_MS_MAX = 60_000;

/** How fast a monitor on PostgreSQL reads its log when it starts, without any checkpoint. */
export async function* benchReplay(context: BenchContext): AsyncGenerator<Row> {
  const name = 'replay at start, postgres';
  if (!isKnown('postgres'))
    return yield { name, remark: 'this build does not know the store postgres' };
  const { options, servers, signal, onProgress } = context;
  onProgress('replay: filling the log');
  await fillLog(context);
  const database = new pg.Client({
    connectionString: await servers.urlOf('postgresql'),
    query_timeout: QUERY_MS_MAX,
  });
  await database.connect();
  const rateAtStart = async (): Promise<number> => {
    await database.query('DELETE FROM rocket_checkpoints');
    return withMonitor('postgres', context, ({ logFile }) => readLogReplay(logFile));
  };
  try {
    yield await measurePair(
      {
        name,
        unit: 'messages/s',
        goal: { of: 'ours', is: 'at least', value: GOAL },
        ours: rateAtStart,
        limit: () => rateOfReading(database),
      },
      { rounds: options.rounds ?? ROUNDS_DEFAULT, signal, onProgress },
    );
  } finally {
    await database.end();
  }
}

async function fillLog(context: BenchContext): Promise<void> {
  const file = join(context.folder, 'replay.ndjson');
  const source = {
    maxMessages: Math.min(1_000_000, MESSAGES_FACTOR * context.options.messages),
    // Rockets that no other measurement has sent.
    seed: 1_000,
    duplicate: 0,
    shuffle: 0,
  };
  const faults: string[] = [];
  const print = (level: string, line: string): void => {
    if (level === 'error') faults.push(line);
  };
  await record({ file, source, logLevel: 'error' }, print, context.signal);
  const code = await withMonitor('postgres', context, ({ url }) =>
    replay(
      {
        file,
        url: new URL('/messages', url),
        batchSize: 1_000,
        concurrencyLevel: 4,
        keepAlive: true,
        timeoutMs: LOAD_MS_MAX,
        logLevel: 'error',
      },
      print,
      context.signal,
    ),
  );
  if (code !== 0) throw new Error(`The log cannot be filled: ${faults.slice(0, 3).join(' ')}`);
}

/** What any replay has to do: bring all contents here, and read them as JSON. */
async function rateOfReading(database: pg.Client): Promise<number> {
  const found = await database.query<{ channel: string; highest: string }>(
    'SELECT channel, max(number) AS highest FROM rocket_messages GROUP BY channel',
  );
  const startedAt = performance.now();
  let messageCount = 0;
  for (const { channel, highest } of found.rows)
    for (let after = 0; after < Number(highest); after += PAGE)
      messageCount += await readPage(database, [channel, after, after + PAGE]);
  return messageCount / ((performance.now() - startedAt) / 1_000);
}

async function readPage(
  database: pg.Client,
  place: readonly [channel: string, after: number, through: number],
): Promise<number> {
  const { rows } = await database.query<{ contents: string | null }>(
    `SELECT '[' || string_agg(content, ',') || ']' AS contents FROM rocket_messages
     WHERE channel = $1 AND number > $2 AND number <= $3`,
    [...place],
  );
  return (JSON.parse(rows[0]?.contents ?? '[]') as unknown[]).length;
}
