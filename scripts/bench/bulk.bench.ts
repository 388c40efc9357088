import { randomUUID } from 'node:crypto';
import Bull from 'bull';
import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from '#common/persistence';
import { TypeOrmContactStore } from '../../apps/scheduler/src/adapters/typeorm-contact.store.js';
import type { NewContact } from '../../apps/scheduler/src/contacts/contact-store.port.js';
import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { measurePair } from './rounds.js';

const ROUNDS_DEFAULT = 3;
const CONTACTS = 10_000;
const DAY_MS = 24 * 3_600_000;

/** What one bulk books, with its history and messages, against as many delayed jobs of Bull. */
export async function* benchBulk(context: BenchContext): AsyncGenerator<Row> {
  const { servers, options, signal, onProgress } = context;
  const url = await servers.urlOf('postgresql');
  await migrate(url);
  const source = await new DataSource(dataSourceOptions(url, 'scheduler')).initialize();
  const queue = new Bull(`bench-${randomUUID()}`, await servers.urlOf('redis'));
  try {
    const store = new TypeOrmContactStore(source);
    yield await measurePair(
      {
        name: `bulk of ${CONTACTS.toLocaleString('en-US')}`,
        unit: 'contacts/s',
        goal: { of: 'ratio', is: 'at least', value: 8 },
        ours: () => rateOf(() => store.add(contacts(), { by: 'bench', reason: null })),
        limit: () => rateOf(() => queue.addBulk(jobs())),
      },
      { rounds: options.rounds ?? ROUNDS_DEFAULT, signal, onProgress },
    );
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
    await source.destroy();
  }
}

async function rateOf(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return CONTACTS / ((performance.now() - at) / 1_000);
}

const contacts = (): NewContact[] =>
  Array.from({ length: CONTACTS }, (_, nr) => ({
    shipName: `ship ${nr % 50}`,
    startTime: (Date.now() + DAY_MS + nr * 1_000) * 1_000,
    durationSeconds: 600,
    antenna: null,
    priority: 0,
    channel: null,
    stream: { format: 'json' },
  }));

/** As a start job is: its id, its contact and when it is due. */
const jobs = () =>
  Array.from({ length: CONTACTS }, (_, nr) => {
    const contactId = randomUUID();
    const delay = DAY_MS + nr * 1_000;
    const id = `${contactId}:1`;
    const data = { id, contactId, dueAtMs: Date.now() + delay };
    return { data, opts: { jobId: id, delay, removeOnComplete: true } };
  });
