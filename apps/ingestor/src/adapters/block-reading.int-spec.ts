import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { until } from '../../../../test/support/until.js';
import { BLOCK_SPAN_MICROS, type PacketBlock } from '../archive/packet-block.js';
import { batchOf } from '../archive/testing/batches.js';
import { WEEK_MICROS, weekOf } from '../archive/week.js';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import { Reception } from '../receptions/reception.js';
import { Readings } from './readings.js';
import { TypeOrmReceptionStore } from './typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';

const START = parseInstant('2030-01-07T00:00:00Z')!;
const ALL = { start: null, end: null };

/** What PostgreSQL alone can do wrong; the rest is in the contract. */
describe('blocks in PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let archive: TypeOrmTelemetryArchive;
  let store: TypeOrmReceptionStore;
  let reception: Reception;
  const identity = new IngestorIdentity('test');

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'ingestor'));
    await source.initialize();
    archive = new TypeOrmTelemetryArchive(source, identity);
    store = new TypeOrmReceptionStore(source, identity);
    reception = await begin();
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  async function begin(): Promise<Reception> {
    const opening = {
      contactId: randomUUID(),
      fence: 1,
      shipName: 'USS Enterprise',
      plannedStart: START,
      plannedEnd: START + 60_000_000,
      startedAt: START,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const shipId = await store.shipId(opening.shipName);
    const opened = Reception.open(opening, shipId, { port: 10_015, apid: 1 });
    const progress = opened.progress();
    await store.begin({ opening, shipId, address: opened.address, openedAt: START, progress });
    return opened;
  }

  /** A block each so many microseconds. */
  const fill = (count: number, every = BLOCK_SPAN_MICROS): Promise<unknown> =>
    archive.store(
      batchOf(
        reception,
        ...Array.from({ length: count }, (_, at) => ({
          sequence: at + 1,
          generatedAt: START + at * every,
        })),
      ),
    );

  async function countOf(reading: AsyncIterable<PacketBlock>): Promise<number> {
    let count = 0;
    for await (const _block of reading) count += 1;
    return count;
  }

  /** Transactions of this database that are open and wait for their client. */
  async function openTransactions(): Promise<number> {
    const rows = (await source.query(
      `SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    )) as { count: number }[];
    return rows[0]!.count;
  }

  it('are let go of when nobody reads on', async () => {
    await fill(40);
    const hasty = new TypeOrmTelemetryArchive(source, identity, new Readings(1, { idleMs: 50 }));
    const forgotten = hasty.blocks(reception.shipId, ALL)[Symbol.asyncIterator]();
    await forgotten.next();
    await until(async () => expect(await openTransactions()).toBe(0));

    expect(await countOf(archive.blocks(reception.shipId, ALL))).toBe(40);
    await expect(
      (async () => {
        for (let next = await forgotten.next(); !next.done;) next = await forgotten.next();
      })(),
    ).rejects.toThrow('given up');
  });

  it('hold no connection once the last piece is there', async () => {
    await fill(5);
    const reading = archive.blocks(reception.shipId, ALL)[Symbol.asyncIterator]();
    await reading.next();

    expect(await openTransactions()).toBe(0);
    await reading.return!();
  });

  it('are let go of when the app stops', async () => {
    await fill(40);
    const reading = archive.blocks(reception.shipId, ALL)[Symbol.asyncIterator]();
    await reading.next();
    expect(await openTransactions()).toBe(1);
    await archive.beforeApplicationShutdown();

    expect(await openTransactions()).toBe(0);
  });

  it('come in pieces, of which each is whole, however large they are', async () => {
    const packet = Buffer.alloc(60_000, 'x');
    for (let at = 0; at < 30; at += 1)
      await archive.store(
        batchOf(
          reception,
          ...Array.from({ length: 16 }, (_, n) => ({
            sequence: at * 16 + n,
            generatedAt: START + at * BLOCK_SPAN_MICROS + n,
            packet,
          })),
        ),
      );

    let bytes = 0;
    for await (const { body } of archive.blocks(reception.shipId, ALL)) bytes += body.length;
    expect(bytes).toBe(30 * 16 * (packet.length + 22));
  });

  it('open the first week alone, and the rest when that is read', async () => {
    for (let later = 0; later < 10; later += 1) {
      const { start, end } = weekOf(START, later);
      const name = `blocks_${formatInstant(start).slice(0, 10).replaceAll('-', '_')}`;
      await source.query(`CREATE TABLE ${name} PARTITION OF blocks
        FOR VALUES FROM ('${formatInstant(start)}') TO ('${formatInstant(end)}')`);
    }
    await fill(60, WEEK_MICROS / 6);
    const locked = async (): Promise<number> => {
      const rows = (await source.query(
        `SELECT count(DISTINCT relation)::integer AS count
         FROM pg_locks JOIN pg_class ON pg_class.oid = relation
         WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND relname ~ '^blocks_2[0-9_]+$'`,
      )) as { count: number }[];
      return rows[0]!.count;
    };
    const reading = archive.blocks(reception.shipId, ALL)[Symbol.asyncIterator]();
    const first = await reading.next();
    expect(first.value).toMatchObject({ firstAt: START });
    // The piece that is not full says that the week is over; the next one comes of the rest.
    expect(await locked()).toBeLessThanOrEqual(2);
    let count = 1;
    for (let next = await reading.next(); !next.done; next = await reading.next()) count += 1;
    expect(count).toBe(60);
    expect(await locked()).toBe(0);
  });

  it('count once when the same batch comes by two ways at once', async () => {
    const batch = batchOf(reception, { sequence: 1, generatedAt: START });
    await Promise.all([archive.store(batch), archive.store(batch), archive.store(batch)]);

    expect(await store.samplesStored(reception.contactId)).toBe(1);
    expect(await archive.ship('USS Enterprise')).toMatchObject({ samplesCount: 1 });
    expect(await countOf(archive.blocks(reception.shipId, ALL))).toBe(1);
  });

  it('make whoever levels a minute wait, and be waited for', async () => {
    await fill(1);
    const upkeep = source.createQueryRunner();
    await upkeep.startTransaction();
    await upkeep.query('DELETE FROM unlevelled_minutes');
    const stored = archive.store(batchOf(reception, { sequence: 2, generatedAt: START + 1 }));
    await upkeep.commitTransaction();
    await upkeep.release();
    await stored;

    expect(await source.query('SELECT FROM unlevelled_minutes')).toHaveLength(1);
  });
});
