import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { DAY_MICROS } from '../archive/week.js';
import type { Sample } from '../archive/telemetry-archive.port.js';
import { ALL, ANY_CLOCK, now, PartitionsUnderTest } from './testing/partitions-under-test.js';
import { TypeOrmReceptionStore } from './typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';

describe('queries of the partitions of samples', () => {
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

  async function pages(of: TypeOrmTelemetryArchive, shipId: number, limit: number) {
    const found: Sample[] = [];
    for (let after: Sample | null = null; ; after = found.at(-1)!) {
      const page: Sample[] = await of.samples(shipId, { ...ALL, after, limit });
      found.push(...page);
      if (page.length < limit) return found;
    }
  }

  it('give the same bytes as one table', async () => {
    await under.keepOnce();
    const [reception, other] = [await under.begin(), await under.begin('Voyager')];
    await under.source.query('CREATE SCHEMA plain');
    await under.source.query('CREATE TABLE plain.samples (LIKE public.samples INCLUDING ALL)');
    const plainUrl = new URL(database.url);
    plainUrl.searchParams.set('options', '-c search_path=plain,public');
    const plain = new TypeOrmTelemetryArchive(
      await under.connect(plainUrl.toString()),
      under.identity,
    );
    const days = Array.from({ length: 60 }, (_, day) => now + (20 - day) * DAY_MICROS);
    await under.send(reception, [...days, ...ANY_CLOCK]);
    await under.send(other, days);
    await under.source.query('INSERT INTO plain.samples SELECT * FROM public.samples');

    const queries = [ALL, { ...ALL, start: days[40]!, end: days[3]! }, { ...ALL, end: days[9]! }];
    for (const query of queries)
      expect(JSON.stringify(await under.archive.samples(reception.shipId, query))).toBe(
        JSON.stringify(await plain.samples(reception.shipId, query)),
      );
    expect(await pages(under.archive, reception.shipId, 7)).toEqual(
      await plain.samples(reception.shipId, ALL),
    );
    await under.source.query('DROP SCHEMA plain CASCADE');
  });

  describe('in a query', () => {
    /** What the adapters really ask, with the plan of each. */
    function recording() {
      const asked: [sql: string, parameters: unknown[]][] = [];
      const on = (asker: Pick<DataSource, 'query'>) => ({
        query(sql: string, parameters: unknown[]): Promise<unknown> {
          asked.push([sql, parameters]);
          return asker.query(sql, parameters);
        },
      });
      const recorder = {
        ...on(under.source),
        transaction: (work: (manager: object) => Promise<unknown>) =>
          under.source.transaction((manager) => work(on(manager))),
      };
      /** The partitions that were read. */
      const touched = async (at: number): Promise<string[]> => {
        const [sql, parameters] = asked.at(at)!;
        const rows = (await under.source.query(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
          parameters,
        )) as {
          'QUERY PLAN': [{ Plan: PlanNode }];
        }[];
        return [...relationsIn(rows[0]!['QUERY PLAN'][0].Plan)].toSorted();
      };
      return { asked, recorder: recorder as unknown as DataSource, touched };
    }

    interface PlanNode {
      readonly 'Relation Name'?: string;
      readonly 'Actual Loops': number;
      readonly Plans?: PlanNode[];
    }

    function relationsIn(node: PlanNode): Set<string> {
      const name = node['Relation Name'];
      const own = name?.startsWith('samples') && node['Actual Loops'] > 0 ? [name] : [];
      return new Set([...own, ...(node.Plans ?? []).flatMap((plan) => [...relationsIn(plan)])]);
    }

    it('are left out where they cannot hold an answer', async () => {
      await under.keepOnce();
      const { recorder, touched } = recording();
      const [start, limit] = [parseInstant('2030-06-12T00:00:00Z')!, 1];
      const recorded = new TypeOrmTelemetryArchive(recorder, under.identity);
      const reception = await under.begin();
      await under.send(reception, [start, start + 1, start + 2]);
      const [after] = await recorded.samples(reception.shipId, { ...ALL, start, limit });
      const first = ['samples_2030_06_10', 'samples_2030_06_17'];

      expect(first).toEqual(expect.arrayContaining(await touched(-1)));
      await recorded.samples(reception.shipId, { ...ALL, after: after!, limit });
      expect(first).toEqual(expect.arrayContaining(await touched(-1)));
      await recorded.samples(reception.shipId, { ...ALL, start, end: start + DAY_MICROS });
      expect(await touched(-1)).toEqual(['samples_2030_06_10']);
    });

    it('are left out where the reception has no samples', async () => {
      await under.keepOnce();
      const { asked, recorder, touched } = recording();
      const reception = await under.begin();
      await under.send(reception, [now, now + 1]);
      await new TypeOrmReceptionStore(recorder, under.identity).unfinished();

      expect(asked.at(-1)![0]).toContain('samples');
      expect(await touched(-1)).toEqual(['samples_2030_06_10']);
    });
  });
});
