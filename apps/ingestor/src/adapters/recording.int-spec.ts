import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { batchOf } from '../archive/testing/batches.js';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import { Reception } from '../receptions/reception.js';
import { Recording } from '../replays/recording.js';
import { TypeOrmReceptionStore } from './typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';

const START = parseInstant('2030-01-07T00:00:00Z')!;
const COUNT = 12_000;

describe('a recording in PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let archive: TypeOrmTelemetryArchive;
  let store: TypeOrmReceptionStore;
  const identity = new IngestorIdentity('test');

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'ingestor'));
    await source.initialize();
    archive = new TypeOrmTelemetryArchive(source, identity);
    store = new TypeOrmReceptionStore(source, identity);
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  /** Two contacts of one ship at the same time, a packet every 20 ms, the last ones first. */
  async function recorded(): Promise<string> {
    const contactId = randomUUID();
    const times = { plannedStart: START, plannedEnd: START + 60_000_000, startedAt: START };
    const stream = { format: 'ccsds' as const };
    const opening = { contactId, fence: 1, shipName: 'A', ...times, latenessMs: 0, stream };
    const shipId = await store.shipId('A');
    const reception = Reception.open(opening, shipId, { port: 10_015, apid: 1 });
    const progress = reception.progress();
    await store.begin({ opening, shipId, address: null, openedAt: START, progress });
    const numbers = Array.from({ length: COUNT }, (_, at) => COUNT - at);
    const packets = numbers.map((sequence) => ({
      sequence,
      generatedAt: START + sequence * 20_000,
    }));
    for (let at = 0; at < COUNT; at += 3_000)
      await archive.store(batchOf(reception, ...packets.slice(at, at + 3_000)));
    return contactId;
  }

  it('gives the packets of its contact alone, all of them, in order', async () => {
    const [contactId] = [await recorded(), await recorded()];
    const recording = await Recording.open(archive, contactId);
    expect(recording.packets).toBe(COUNT);

    const sequences: number[] = [];
    let pages = 0;
    for (let page = await recording.next(); page.length > 0; page = await recording.next()) {
      pages += 1;
      expect(page.every(({ origin }) => origin.contactId === contactId)).toBe(true);
      sequences.push(...page.map(({ sequence }) => sequence));
    }
    expect(sequences).toEqual(Array.from({ length: COUNT }, (_, at) => at + 1));
    expect(pages).toBeGreaterThan(1);
  });

  it('is empty of a contact that is unknown', async () => {
    const recording = await Recording.open(archive, randomUUID());
    expect([recording.packets, await recording.next()]).toEqual([0, []]);
  });
});
