import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions, TypeOrmOutbox } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { describeAlarmStore } from '../alarms/alarm-store.contract.js';
import { alarmOf, NOW, SHIP, shipLimit } from '../alarms/testing/alarms.js';
import { INGESTOR_OUTBOX } from './typeorm-reception.store.js';
import { TypeOrmAlarmStore } from './typeorm-alarm.store.js';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await testDatabase();
  source = new DataSource(dataSourceOptions(database.url, 'ingestor'));
  await source.initialize();
});

afterAll(async () => {
  await source.destroy();
  await database.drop();
});

async function emptyStore(): Promise<TypeOrmAlarmStore> {
  await source.query('TRUNCATE limits, alarms, outbox');
  return new TypeOrmAlarmStore(source);
}

describeAlarmStore(async () => {
  const store = await emptyStore();
  const outbox = new TypeOrmOutbox(source, INGESTOR_OUTBOX);
  return {
    store,
    outbox: async () => (await outbox.claim(100, 0)).map(({ envelope }) => envelope),
  };
});

describe('an AlarmStore in PostgreSQL', () => {
  it('lets no alarm outlive its limit, whoever is first', async () => {
    const store = await emptyStore();
    for (let round = 0; round < 20; round += 1) {
      await store.putLimit(shipLimit(), NOW);
      await Promise.all([store.save([alarmOf()]), store.removeLimit(shipLimit(), NOW)]);
      expect(await store.openAlarms([SHIP])).toEqual([]);
    }
  });

  it('counts changes of limits that are made at once', async () => {
    const store = await emptyStore();
    const before = await store.limitsRevision();
    const batteries = [1, 2, 3, 4, 5];
    await Promise.all(batteries.map((battery) => store.putLimit(shipLimit({ battery }), NOW)));

    expect(await store.limitsRevision()).toBe(before + batteries.length);
    expect(await store.limitsOf(SHIP)).toHaveLength(batteries.length);
  });
});
