import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '#common/persistence';
import { patient, type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { GENTLE } from '../antennas/antenna-conflict.js';
import { aContact, BY_TEST, NEXT_YEAR } from '../contacts/contact-store.contract.js';
import { TypeOrmBookingKeys } from './typeorm-booking.keys.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

const SAME_TIME = 5;
const request = { key: 'order 7', fingerprint: 'a' };

describe('bookings with keys, on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TypeOrmContactStore;
  let keys: TypeOrmBookingKeys;

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(patient(dataSourceOptions(database.url, 'scheduler')));
    await source.initialize();
    store = new TypeOrmContactStore(source);
    keys = new TypeOrmBookingKeys(source);
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const countOf = async (table: string): Promise<number> => {
    const [row] = await source.query(`SELECT count(*)::integer AS count FROM ${table}`);
    return row.count;
  };

  it('book once, however many come at the same time, and all get the same answer', async () => {
    const contacts = [aContact({ startTime: NEXT_YEAR + 342_210 }), aContact({ priority: 3 })];
    const answers = await Promise.all(
      Array.from({ length: SAME_TIME }, () => store.add(contacts, BY_TEST, GENTLE, request)),
    );

    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await countOf('contacts')).toBe(2);
    expect(await countOf('outbox')).toBe(2);
    expect(await keys.answerTo(request)).toEqual(answers[0]);
  });

  it('are answered as they were, whatever became of the contact', async () => {
    const [booked] = await store.add([aContact()], BY_TEST, GENTLE, request);
    await store.change(booked!.id, { priority: 9 }, BY_TEST);

    expect(await store.add([aContact()], BY_TEST, GENTLE, request)).toEqual([booked]);
  });

  it('are refused when another request came under the key', async () => {
    await store.add([aContact()], BY_TEST, GENTLE, request);
    const other = { ...request, fingerprint: 'b' };
    const reused = { code: 'IDEMPOTENCY_KEY_REUSED' };

    await expect(store.add([aContact()], BY_TEST, GENTLE, other)).rejects.toMatchObject(reused);
    await expect(keys.answerTo(other)).rejects.toMatchObject(reused);
    expect(await countOf('contacts')).toBe(1);
  });

  it('keep nothing of a booking that was refused', async () => {
    await store.endOfRocket('rocket 1', 'gone');
    const refused = store.add([aContact({ channel: 'rocket 1' })], BY_TEST, GENTLE, request);
    await expect(refused).rejects.toMatchObject({ code: 'ROCKET_EXPLODED' });

    expect(await keys.answerTo(request)).toBeNull();
    expect(await store.add([aContact()], BY_TEST, GENTLE, request)).toHaveLength(1);
  });

  it('are forgotten when they are old enough, so many at a time', async () => {
    for (const key of ['a', 'b', 'c'])
      await store.add([aContact()], BY_TEST, GENTLE, { ...request, key });
    await source.query(
      `UPDATE booking_keys SET created_at = created_at - interval '8 days' WHERE key <> 'c'`,
    );

    const day = 24 * 3_600_000;
    expect(await keys.forget(7 * day, 1)).toBe(1);
    expect(await keys.forget(7 * day, 10)).toBe(1);
    expect(await keys.forget(7 * day, 10)).toBe(0);
    expect(await keys.answerTo({ ...request, key: 'c' })).not.toBeNull();
    expect(await countOf('contacts')).toBe(3);
  });

  it('change a contact that is what was seen, and of many at the same time just one does', async () => {
    const [seen] = await store.add([aContact()], BY_TEST);
    const changes = await Promise.allSettled(
      Array.from({ length: SAME_TIME }, (_, priority) =>
        store.change(seen!.id, { priority }, BY_TEST, GENTLE, ({ revision }) => {
          if (revision !== seen!.revision) throw new Error('stale');
        }),
      ),
    );

    expect(changes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await store.find(seen!.id)).toMatchObject({ revision: 2 });
  });
});
