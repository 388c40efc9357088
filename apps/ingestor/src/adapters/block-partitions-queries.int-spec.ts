import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { blockMinute, type PacketBlock } from '../archive/packet-block.js';
import type { TimeRange } from '../archive/telemetry-archive.port.js';
import { DAY_MICROS } from '../archive/week.js';
import { ALL, ANY_CLOCK, now, PartitionsUnderTest } from './testing/partitions-under-test.js';
import { TypeOrmReceptionStore } from './typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';
import { TypeOrmWaitingMinutes } from './typeorm-waiting.minutes.js';

describe('queries of the partitions of blocks', () => {
  let database: TestDatabase;
  let under: PartitionsUnderTest;

  beforeAll(async () => {
    database = await testDatabase();
  });

  beforeEach(async () => {
    under = await PartitionsUnderTest.open(database.url);
  });

  afterEach(() => under.close());

  afterAll(async () => {
    await database?.drop();
  });

  async function read(archive: TypeOrmTelemetryArchive, shipId: number, range: TimeRange) {
    const found: PacketBlock[] = [];
    for await (const block of archive.blocks(shipId, range)) found.push(block);
    return found;
  }

  it('give the same bytes as one table', async () => {
    await under.keepOnce();
    const [reception, other] = [await under.begin(), await under.begin('Voyager')];
    await under.source.query('CREATE SCHEMA plain');
    await under.source.query('CREATE TABLE plain.blocks (LIKE public.blocks INCLUDING ALL)');
    const plainUrl = new URL(database.url);
    plainUrl.searchParams.set('options', '-c search_path=plain,public');
    const plain = new TypeOrmTelemetryArchive(
      await under.connect(plainUrl.toString()),
      under.identity,
    );
    const days = Array.from({ length: 60 }, (_, day) => now + (20 - day) * DAY_MICROS);
    await under.send(reception, [...days, ...ANY_CLOCK]);
    await under.send(other, days);
    await under.source.query('INSERT INTO plain.blocks SELECT * FROM public.blocks');

    const ranges = [ALL, { start: days[40]!, end: days[3]! }, { ...ALL, end: days[9]! }];
    for (const range of ranges) {
      const blocks = await read(under.archive, reception.shipId, range);
      expect(blocks.length).toBeGreaterThan(10);
      expect(blocks).toEqual(await read(plain, reception.shipId, range));
    }
    await under.source.query('DROP SCHEMA plain CASCADE');
  });

  describe('in a query', () => {
    /** What the adapters really ask, with the plan of each. */
    async function recording() {
      const asked: [sql: string, parameters: unknown[]][] = [];
      const ignore = (): void => undefined;
      const source = new DataSource({
        ...dataSourceOptions(database.url, 'ingestor'),
        logging: true,
        logger: {
          logQuery: (sql, parameters) => void asked.push([sql, (parameters ?? []) as unknown[]]),
          logQueryError: ignore,
          logQuerySlow: ignore,
          logSchemaBuild: ignore,
          logMigration: ignore,
          log: ignore,
        },
      });
      await source.initialize();
      under.closeLater(() => source.destroy());
      /** The partitions that the last query of blocks read. */
      const touched = async (): Promise<string[]> => {
        const [sql, parameters] = asked.findLast(([text]) => /FROM blocks|JOIN blocks/.test(text))!;
        const rows = (await under.source.query(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${sql.replace(/^DECLARE .* CURSOR FOR/, '')}`,
          parameters,
        )) as { 'QUERY PLAN': [{ Plan: PlanNode }] }[];
        return [...relationsIn(rows[0]!['QUERY PLAN'][0].Plan)].toSorted();
      };
      return { source, touched };
    }

    interface PlanNode {
      readonly 'Relation Name'?: string;
      readonly 'Actual Loops': number;
      readonly Plans?: PlanNode[];
    }

    function relationsIn(node: PlanNode): Set<string> {
      const name = node['Relation Name'];
      const own = name?.startsWith('blocks') && node['Actual Loops'] > 0 ? [name] : [];
      return new Set([...own, ...(node.Plans ?? []).flatMap((plan) => [...relationsIn(plan)])]);
    }

    it('are left out where they cannot hold an answer', async () => {
      await under.keepOnce();
      const { source, touched } = await recording();
      const start = parseInstant('2030-06-12T00:00:00Z')!;
      const recorded = new TypeOrmTelemetryArchive(source, under.identity);
      const reception = await under.begin();
      await under.send(reception, [start, start + 1, start + 2]);
      await under.send(reception, [start + 30 * DAY_MICROS]);

      const blocks = recorded.blocks(reception.shipId, { start, end: null });
      for await (const block of blocks) {
        expect(block.firstAt).toBe(start);
        break;
      }
      expect(['blocks_2030_06_10', 'blocks_2030_06_17']).toEqual(
        expect.arrayContaining(await touched()),
      );
      await read(recorded, reception.shipId, { start, end: start + DAY_MICROS });
      expect(await touched()).toEqual(['blocks_2030_06_10']);
    });

    it('are left out where the reception has no blocks', async () => {
      await under.keepOnce();
      const { source, touched } = await recording();
      const reception = await under.begin();
      await under.send(reception, [now, now + 1]);
      await new TypeOrmReceptionStore(source, under.identity).unfinished();

      expect(await touched()).toEqual(['blocks_2030_06_10']);
    });

    it('are left out where they do not hold the minute', async () => {
      await under.keepOnce();
      const { source, touched } = await recording();
      const reception = await under.begin();
      await under.send(reception, [now, now + 1]);
      const minutes = new TypeOrmWaitingMinutes(source);

      expect(await minutes.list(null, 10)).toHaveLength(1);
      expect(await touched()).toEqual(['blocks_2030_06_10']);
      const keeper = (await minutes.claim(reception.shipId))!;
      const minute = blockMinute(now);
      const heads = await keeper.heads(minute, 10);
      expect(await touched()).toEqual(['blocks_2030_06_10']);
      expect(await keeper.blocks(minute, heads)).toHaveLength(1);
      expect(await touched()).toEqual(['blocks_2030_06_10']);
      await keeper.release();
    });
  });
});
