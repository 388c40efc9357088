import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { CONTACT_STATES, type ContactState, isOpen } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import {
  CONTACT_SORTS,
  type ContactFilter,
  type ContactPlace,
  type ContactSort,
} from '../contacts/contact-list.port.js';
import { aContact, BY_TEST, NEXT_YEAR } from '../contacts/contact-store.contract.js';
import { TypeOrmContactHistory } from './typeorm-contact.history.js';
import { TypeOrmContactList } from './typeorm-contact.list.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

const RUNS = 50;
const SECOND = 1_000_000;

/** A contact as the model has it. */
interface Listed {
  readonly id: string;
  readonly shipName: string;
  readonly antenna: string | null;
  readonly channel: string | null;
  readonly state: ContactState;
  readonly startTime: number;
  readonly durationSeconds: number;
  readonly createdAt: number;
}

const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(values, { nil: null, freq: 1 });
const ships = fc.constantFrom('a', 'B', "o'é");
const antennas = fc.constantFrom('Kiruna', 'Svalbard');
const channels = fc.constantFrom('rocket 1', 'rocket 2');
const instants = fc.integer({ min: 0, max: 6 }).map((seconds) => NEXT_YEAR + seconds * SECOND);

const bookings = fc.array(
  fc
    .record({
      shipName: ships,
      antenna: orNull(antennas),
      channel: orNull(channels),
      state: fc.constantFrom(...CONTACT_STATES),
      startTime: instants,
      durationSeconds: fc.integer({ min: 1, max: 4 }),
      createdAt: instants,
    })
    // Contacts that are open may not meet on an antenna.
    .map((one) => (isOpen(one) ? { ...one, antenna: null } : one)),
  { maxLength: 14 },
);

const filters: fc.Arbitrary<ContactFilter> = fc.record({
  states: fc.uniqueArray(fc.constantFrom(...CONTACT_STATES), { maxLength: 3 }),
  shipName: orNull(ships),
  antenna: orNull(antennas),
  channel: orNull(channels),
  from: orNull(instants),
  to: orNull(instants),
});

const fits = (one: Listed, filter: ContactFilter): boolean =>
  (filter.states.length === 0 || filter.states.includes(one.state)) &&
  (filter.shipName ?? one.shipName) === one.shipName &&
  (filter.antenna ?? one.antenna) === one.antenna &&
  (filter.channel ?? one.channel) === one.channel &&
  (filter.from === null || one.startTime + one.durationSeconds * SECOND > filter.from) &&
  (filter.to === null || one.startTime < filter.to);

function inOrder(sort: ContactSort): (one: Listed, other: Listed) => number {
  const sign = sort.startsWith('-') ? -1 : 1;
  const keyOf = (one: Listed): number => (sort.endsWith('created') ? one.createdAt : one.startTime);
  return (one, other) => sign * (keyOf(one) - keyOf(other) || (one.id < other.id ? -1 : 1));
}

describe('the list on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TypeOrmContactStore;
  let list: TypeOrmContactList;

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'scheduler'));
    await source.initialize();
    store = new TypeOrmContactStore(source);
    list = new TypeOrmContactList(source);
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  /** Of any state and time of booking, as the years will have made them. */
  async function fill(given: readonly Omit<Listed, 'id'>[]): Promise<Listed[]> {
    await source.query('TRUNCATE contacts CASCADE');
    return add(given);
  }

  async function add(given: readonly Omit<Listed, 'id'>[]): Promise<Listed[]> {
    const all = given.map((one) => ({ ...one, id: randomUUID() }));
    const [seconds, rows] = [`interval '1 second'`, JSON.stringify(all)];
    await source.query(
      `INSERT INTO contacts (id, ship_name, antenna, channel, state, start_time, duration,
                             planned_end, created_at, stream)
       SELECT id, "shipName", antenna, channel, state, starts, "durationSeconds",
              starts + "durationSeconds" * ${seconds}, to_timestamp("createdAt" / 1e6), '{}'
       FROM json_to_recordset($1) AS made (id uuid, "shipName" text, antenna text, channel text,
              state text, "startTime" bigint, "durationSeconds" integer, "createdAt" bigint),
            LATERAL (SELECT to_timestamp("startTime" / 1e6) AS starts) AS one`,
      [rows],
    );
    return all;
  }

  async function idsOfAllPages(
    filter: ContactFilter,
    sort: ContactSort,
    limit: number,
    between: () => Promise<void> = async () => undefined,
  ): Promise<string[]> {
    const ids: string[] = [];
    let after: ContactPlace | null = null;
    for (;;) {
      const page = await list.page({ filter, sort, limit, after });
      ids.push(...page.map(({ contact }) => contact.id));
      if (page.length < limit) return ids;
      after = page.at(-1)!.place;
      await between();
    }
  }

  it('has exactly what fits, in order, each once over all pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        bookings,
        filters,
        fc.constantFrom(...CONTACT_SORTS),
        fc.integer({ min: 1, max: 5 }),
        async (given, filter, sort, limit) => {
          const all = await fill(given);
          const expected = all.filter((one) => fits(one, filter)).toSorted(inOrder(sort));

          const found = await idsOfAllPages(filter, sort, limit);
          expect(found).toEqual(expected.map(({ id }) => id));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('neither skips nor repeats what was there when others are booked meanwhile', async () => {
    const everything = { states: [], shipName: null, antenna: null, channel: null } as const;
    const filter = { ...everything, from: null, to: null };
    const one = { state: 'scheduled', createdAt: NEXT_YEAR, durationSeconds: 1 } as const;
    const names = { shipName: 'a', antenna: null, channel: null };
    const at = (second: number) => ({ ...one, ...names, startTime: NEXT_YEAR + second * SECOND });

    for (const sort of CONTACT_SORTS) {
      const known = new Set((await fill([5, 1, 3, 3, 2, 4].map(at))).map(({ id }) => id));
      let second = 0;
      const found = await idsOfAllPages(filter, sort, 2, async () => {
        second += 1;
        if (second < 6) await add([at(second)]);
      });
      expect(found.filter((id) => known.has(id))).toHaveLength(known.size);
      expect(new Set(found).size).toBe(found.length);
    }
  });

  it('tells of one contact what happened to it, oldest first, page by page', async () => {
    const history = new TypeOrmContactHistory(source);
    const [first, second] = await store.add([aContact(), aContact()], BY_TEST);
    await store.change(first!.id, { priority: 7 }, { by: 'alice', reason: 'more urgent' });
    await store.end(second!.id, BY_TEST);
    await store.end(first!.id, { by: 'bob', reason: 'not wanted' });

    const [booked] = await history.of(first!.id, 1, 0);
    const rest = await history.of(first!.id, 10, booked!.position);
    expect([booked, ...rest]).toMatchObject([
      { by: 'a test', reason: null, state: 'scheduled', revision: 1, contact: { priority: 0 } },
      { by: 'alice', reason: 'more urgent', revision: 2, contact: { priority: 7 } },
      { by: 'bob', reason: 'not wanted', state: 'cancelled', contact: { state: 'cancelled' } },
    ]);
  });
});
