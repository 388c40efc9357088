import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { addOne, BY_TEST, NEXT_YEAR } from '../contacts/contact-store.contract.js';
import { describeOrbitStore } from '../passes/orbit-store.contract.js';
import { ORBITS_MAX } from '../passes/ship-elements.js';
import { STATIONS_MAX } from '../passes/station.js';
import { describeStationStore } from '../passes/station-store.contract.js';
import { ISS_TLE } from '../passes/testing/orbits.js';
import { TypeOrmAntennaStore } from './typeorm-antenna.store.js';
import { TypeOrmBookedTimes } from './typeorm-booked.times.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';
import { TypeOrmOrbitStore } from './typeorm-orbit.store.js';
import { TypeOrmStationStore } from './typeorm-station.store.js';

const SECOND = 1_000_000;

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'scheduler'));
    await source.initialize();
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  describeOrbitStore(async () => new TypeOrmOrbitStore(source));
  describeStationStore(async () => new TypeOrmStationStore(source));

  it('refuses one ship too many, but no newer elements of one it has', async () => {
    await source.query(
      `INSERT INTO orbits SELECT 'ship ' || at, '{}', now() FROM generate_series(1, $1::integer) AS at`,
      [ORBITS_MAX],
    );
    const store = new TypeOrmOrbitStore(source);
    const elements = { set: { tle: ISS_TLE }, epoch: NEXT_YEAR };
    await expect(store.put({ shipName: 'one more', ...elements })).rejects.toMatchObject({
      code: 'ORBITS_FULL',
    });
    await store.put({ shipName: 'ship 7', ...elements });
    expect(await store.find('ship 7')).toMatchObject(elements);
  });

  it('refuses one station too many', async () => {
    await source.query(
      `INSERT INTO stations SELECT 'site ' || at, 0, 0, 0, 0, 'x' FROM generate_series(1, $1::integer) AS at`,
      [STATIONS_MAX],
    );
    const [station] = await new TypeOrmStationStore(source).page(1, null);
    const one = { ...station!, name: 'one more' };
    await expect(new TypeOrmStationStore(source).put(one)).rejects.toMatchObject({
      code: 'STATIONS_FULL',
    });
  });

  it('tells what is booked on these antennas or for these ships, and still open', async () => {
    const contacts = new TypeOrmContactStore(source);
    const book = async (seconds: number, given: object): Promise<string> => {
      const startTime = NEXT_YEAR + seconds * SECOND;
      return (await addOne(contacts, { startTime, durationSeconds: 60, ...given })).id;
    };
    const onDish = await book(-30, { antenna: 'Dish' });
    const ofShip = await book(100, { shipName: 'Voyager' });
    const long = await book(-604_790, { shipName: 'Voyager', durationSeconds: 604_800 });
    await book(-90, { antenna: 'Dish' });
    await book(200, { antenna: 'Dish' });
    await book(50, { antenna: 'Pole' });
    const cancelled = await book(60, { antenna: 'Dish' });
    await contacts.end(cancelled, BY_TEST);

    const window = { from: NEXT_YEAR, to: NEXT_YEAR + 200 * SECOND };
    const times = new TypeOrmBookedTimes(source);
    const found = await times.between(window, ['Dish'], ['Voyager'], 10);
    expect(found.map(({ contactId }) => contactId)).toEqual([long, onDish, ofShip]);
    expect(found[1]).toEqual({
      contactId: onDish,
      antenna: 'Dish',
      shipName: 'USS Enterprise',
      from: NEXT_YEAR - 30 * SECOND,
      to: NEXT_YEAR + 30 * SECOND,
    });
    const [start, end] = [NEXT_YEAR + 150 * SECOND, NEXT_YEAR + 170 * SECOND];
    const block = { start, end, reason: 'painting' };
    await new TypeOrmAntennaStore(source).block('Dish', block, BY_TEST);
    expect((await times.between(window, ['Dish'], ['Voyager'], 10)).at(-1)).toEqual({
      contactId: null,
      antenna: 'Dish',
      shipName: null,
      from: start,
      to: end,
    });
    expect(await times.between(window, ['Dish'], ['Voyager'], 2)).toHaveLength(2);
    expect(await times.between(window, [], [], 10)).toEqual([]);
  });
});
