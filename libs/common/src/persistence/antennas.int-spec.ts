import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { nextFraction, seededRandom } from '../domain/index.js';
import { migrate } from './data-source.js';
import { Antennas1700000009000 } from './migrations/1700000009000-antennas.js';
import { MIGRATIONS } from './migrations/index.js';

interface OldContact {
  readonly id: string;
  readonly antenna: string | null;
  readonly start: number;
  readonly end: number;
  readonly state: string;
}

const STATES = ['scheduled', 'scheduled', 'starting', 'active', 'completed', 'missed', 'cancelled'];
const OPEN = ['scheduled', 'starting', 'active'];
const ANTENNAS = ['Kiruna', 'kiruna', 'Weilheim', '日本', null];

/** Many overlap, several begin when another one ends, and some are the same. */
function oldContacts(count: number): OldContact[] {
  let state = seededRandom(9);
  const below = (limit: number): number => {
    const [fraction, next] = nextFraction(state);
    state = next;
    return Math.floor(fraction * limit);
  };
  return Array.from({ length: count }, () => {
    const start = below(600);
    return {
      id: randomUUID(),
      antenna: ANTENNAS[below(ANTENNAS.length)]!,
      start,
      end: start + 1 + below(8),
      state: STATES[below(STATES.length)]!,
    };
  });
}

const isOpen = ({ state }: OldContact): boolean => OPEN.includes(state);
const areTwoAtATime = (one: OldContact, other: OldContact): boolean =>
  one.id !== other.id &&
  one.antenna === other.antenna &&
  one.start < other.end &&
  other.start < one.end;

describe('The migration to antennas', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeEach(async () => {
    database = await emptyDatabase();
    const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(Antennas1700000009000));
    source = new DataSource({ type: 'postgres', url: database.url, migrations: before });
    await source.initialize();
    await source.runMigrations({ transaction: 'all' });
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const fill = (contacts: readonly OldContact[]): Promise<unknown> =>
    source.query(
      `INSERT INTO contacts (id, ship_name, antenna, start_time, duration, planned_end, state, stream)
       SELECT id, 'Voyager', antenna, start, 1, start + seconds * interval '1 s', state, '{}'
       FROM (SELECT id, antenna, '2035-01-01T00:00Z'::timestamptz + start * interval '1 s' AS start,
                    seconds, state
             FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::text[])
               AS old (id, antenna, start, seconds, state)) AS contacts`,
      [
        contacts.map(({ id }) => id),
        contacts.map(({ antenna }) => antenna),
        contacts.map(({ start }) => start),
        contacts.map(({ start, end }) => end - start),
        contacts.map(({ state }) => state),
      ],
    );

  it('keeps every contact, and exempts just those that overlap from the rule', async () => {
    const contacts = oldContacts(300);
    await fill(contacts);
    const stored = 'SELECT id, antenna, start_time, planned_end, state FROM contacts ORDER BY id';
    const before = await source.query(stored);
    await migrate(database.url);

    expect(await source.query(stored)).toEqual(before);
    const open = contacts.filter((one) => isOpen(one) && one.antenna !== null);
    const expected = open.map((one) => ({
      id: one.id,
      name: one.antenna,
      is_exempt: open.some((other) => areTwoAtATime(one, other)),
    }));
    expect(new Set(expected.map((one) => one.is_exempt)).size).toBe(2);
    const windows = await source.query(
      `SELECT w.id, a.name, w.is_exempt
       FROM antenna_windows w JOIN antennas a ON a.id = w.antenna_id`,
    );
    const byId = (one: { readonly id: string }, other: { readonly id: string }): number =>
      one.id.localeCompare(other.id);
    expect(windows.toSorted(byId)).toEqual(expected.toSorted(byId));
  });

  it('lets what was booked twice run to its end, and be moved only to where it is free', async () => {
    const [one, other, next] = [0, 5, 10].map((start) => ({
      id: randomUUID(),
      antenna: 'Kiruna',
      start,
      end: start + 6,
      state: 'scheduled',
    })) as [OldContact, OldContact, OldContact];
    await fill([one, other, next]);
    await migrate(database.url);

    const held = () => source.query('SELECT id FROM antenna_windows ORDER BY start_time');
    await source.query(`UPDATE contacts SET state = 'active' WHERE id = $1`, [one.id]);
    expect(await held()).toEqual([one, other, next].map(({ id }) => ({ id })));
    await source.query(`UPDATE contacts SET state = 'completed' WHERE id = $1`, [one.id]);
    expect(await held()).toEqual([other, next].map(({ id }) => ({ id })));

    const move = `UPDATE contacts SET start_time = start_time + interval '2 s',
                         planned_end = planned_end + interval '2 s' WHERE id = $1`;
    await source.query(move, [next.id]);
    await expect(source.query(move, [next.id])).resolves.toBeDefined();
    await expect(source.query(move, [other.id])).resolves.toBeDefined();
    await expect(source.query(move, [other.id])).rejects.toThrow('antenna_windows_never_overlap');
  });
});
