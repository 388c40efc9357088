import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError, nextFraction, plannedEnd, seededRandom } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { anAntenna, at, on } from '../antennas/testing/antenna-bookings.js';
import { doOverlap, overlapsWithin, type TimeWindow } from '../antennas/time-window.js';
import { addOne, BY_TEST } from '../contacts/contact-store.contract.js';
import type { NewContact } from '../contacts/contact-store.port.js';
import { TypeOrmAntennaStore } from './typeorm-antenna.store.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

/** Whoever waits here for its turn, on a slow machine, shall get it. */
const PATIENCE_MS = 150_000;
const DEADLINE = { timeout: 200_000 };
const CREATES = 1_000;
const DAY_SECONDS = 86_400;

const windowOf = (contact: Pick<NewContact, 'startTime' | 'durationSeconds'>): TimeWindow => ({
  start: contact.startTime,
  end: plannedEnd(contact),
});

/** Whole numbers of a range, both ends included, the same in each run. */
function numbersOf(seed: number): (min: number, max: number) => number {
  let state = seededRandom(seed);
  return (min, max) => {
    const [fraction, next] = nextFraction(state);
    state = next;
    return min + Math.floor(fraction * (max - min + 1));
  };
}

describe('antennas that all want at the same time', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TypeOrmContactStore;
  let antennas: TypeOrmAntennaStore;

  beforeAll(async () => {
    database = await testDatabase();
    const options = dataSourceOptions(database.url, 'scheduler');
    const extra = {
      max: 10,
      connectionTimeoutMillis: PATIENCE_MS,
      lock_timeout: PATIENCE_MS,
      statement_timeout: PATIENCE_MS,
    };
    source = new DataSource({ ...options, extra } as typeof options);
    await source.initialize();
    store = new TypeOrmContactStore(source);
    antennas = new TypeOrmAntennaStore(source);
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('are never taken twice by a thousand bookings of one', DEADLINE, async () => {
    const antenna = anAntenna();
    const random = numbersOf(4);
    const wanted = Array.from({ length: CREATES }, () => {
      const start = random(0, DAY_SECONDS);
      return on(antenna, start, start + random(1, 600));
    });
    const settled = await Promise.allSettled(wanted.map((one) => addOne(store, one)));
    const booked = wanted
      .filter((_, index) => settled[index]!.status === 'fulfilled')
      .map(windowOf);
    expect(overlapsWithin(booked)).toEqual([]);
    for (const [index, result] of settled.entries()) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toMatchObject({ code: 'ANTENNA_TAKEN' });
      expect(booked.some((one) => doOverlap(one, windowOf(wanted[index]!)))).toBe(true);
    }
  });

  it(
    'hold nobody up in a circle, and their windows are those of the open contacts',
    DEADLINE,
    async () => {
      const random = numbersOf(11);
      const names = Array.from({ length: 6 }, anAntenna);
      const oneOf = <T>(list: readonly T[]): T => list[random(0, list.length - 1)]!;
      const aWish = (): NewContact => {
        const start = random(0, 400);
        const given = { priority: random(0, 9), channel: oneOf([null, null, 'r1', 'r2']) };
        return on(oneOf(names), start, start + random(1, 60), given);
      };
      const aList = (): NewContact[] => Array.from({ length: random(1, 3) }, aWish);
      const displace = { displace: true };
      const ids: string[] = [];
      const steps: Record<string, () => Promise<unknown>> = {
        book: () =>
          store.add(aList(), BY_TEST, displace).then((all) => ids.push(...all.map(({ id }) => id))),
        move: () =>
          store.change(
            oneOf(ids),
            { antenna: oneOf(names), startTime: at(random(0, 400)) },
            BY_TEST,
            displace,
          ),
        end: () => store.end(oneOf(ids), BY_TEST),
        block: () => {
          const start = random(0, 400);
          const block = { start: at(start), end: at(start + 5), reason: 'wind' };
          return antennas.block(oneOf(names), block, BY_TEST, displace);
        },
        put: () => antennas.put({ name: oneOf(names), description: null }),
        remove: () => antennas.remove(oneOf(names)),
      };
      for (let seeded = 0; seeded < 20; seeded += 1) await steps['book']!().catch(() => undefined);
      const kinds = [
        'book',
        'book',
        'book',
        'book',
        'move',
        'move',
        'end',
        'block',
        'put',
        'remove',
      ];
      const asked = Array.from({ length: 400 }, () => steps[oneOf(kinds)]!());
      const settled = await Promise.allSettled([...asked, store.endOfRocket('r1', 'gone')]);

      const faults = settled.flatMap((one) =>
        one.status === 'rejected' ? [one.reason as unknown] : [],
      );
      expect(faults.filter((fault) => !(fault instanceof DomainError))).toEqual([]);
      const difference = await source.query(`
      SELECT * FROM (SELECT c.id, a.id, c.start_time, c.planned_end
          FROM contacts c JOIN antennas a ON a.name = c.antenna WHERE c.state = 'scheduled') AS open
        FULL JOIN (SELECT id, antenna_id, start_time, end_time FROM antenna_windows
          WHERE kind = 'contact') AS held (id, antenna_id, start_time, planned_end)
        ON open = held WHERE open IS NULL OR held IS NULL`);
      expect(difference).toEqual([]);
      const twice = await source.query(`
      SELECT FROM antenna_windows one JOIN antenna_windows other USING (antenna_id)
      WHERE one.id < other.id
        AND one.start_time < other.end_time AND other.start_time < one.end_time`);
      expect(twice).toEqual([]);
      const unfair = await source.query(`
      SELECT FROM contacts loser JOIN contacts winner ON winner.id = loser.displaced_by
      WHERE winner.priority <= loser.priority OR loser.state <> 'cancelled'`);
      expect(unfair).toEqual([]);
    },
  );
});
