import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { describeOutbox } from '../../../../libs/common/src/messaging/outbox.contract.js';
import { formatInstant, latenessMs } from '#common/domain';
import { dataSourceOptions, insertOutbox, TypeOrmOutbox } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { until } from '../../../../test/support/until.js';
import { addOne, BY_TEST, describeContactStore } from '../contacts/contact-store.contract.js';
import { describeContactCourse } from '../starts/contact-course.contract.js';
import { TypeOrmContactCourse } from './typeorm-contact.course.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

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

  describeContactStore(async () => new TypeOrmContactStore(source));
  describeContactCourse(async () => ({
    course: new TypeOrmContactCourse(source),
    other: new TypeOrmContactCourse(source),
    store: new TypeOrmContactStore(source),
  }));
  describeOutbox(async () => ({
    outbox: new TypeOrmOutbox(source, 'scheduler'),
    add: (message) => insertOutbox(source.manager, 'scheduler', [message]),
  }));

  it('writes history and messages beside each change, and nothing when it is refused', async () => {
    const store = new TypeOrmContactStore(source);
    const { id } = await addOne(store, { channel: 'rocket 1' });
    await store.endOfRocket('rocket 1', 'gone');
    await expect(addOne(store, { channel: 'rocket 1' })).rejects.toThrow('gone');

    const history = await source.query('SELECT contact_id, state FROM contact_history ORDER BY id');
    expect(history).toEqual([
      { contact_id: id, state: 'scheduled' },
      { contact_id: id, state: 'cancelled' },
    ]);
    const sent = await source.query(
      `SELECT envelope->>'type' AS type FROM outbox ORDER BY position`,
    );
    expect(sent).toEqual([{ type: 'contact.scheduled' }, { type: 'contact.cancelled' }]);
  });

  it('tells receivers of a claim what it tells of the start, with the same fence', async () => {
    const store = new TypeOrmContactStore(source);
    const course = new TypeOrmContactCourse(source);
    const shipName = 'Ship "quoted" \\ – ünïcode';
    // A claim tells nobody of a start that has passed: far enough ahead for two statements.
    const startTime = Math.floor(Date.now() / 1_000) * 1_000_000 + 4_000_250;
    const { id } = await addOne(store, { shipName, startTime });
    await course.claimDue(60_000, 10);
    const unclaimed = await addOne(store, { shipName, startTime, durationSeconds: 90 });
    await until(async () => {
      await course.startDue(10);
      expect((await store.find(unclaimed.id))?.state).toBe('starting');
    });

    const messages = async (contactId: string): Promise<Record<string, unknown>[]> =>
      (
        await source.query(
          `SELECT envelope->>'type' AS type, envelope->'data' AS data FROM outbox
           WHERE envelope->'data'->>'contact_id' = $1 AND envelope->>'type' LIKE 'reception.%'
           ORDER BY position`,
          [contactId],
        )
      ).map(({ type, data }: { type: string; data: object }) => ({ type, ...data }));
    const planned_start = formatInstant(startTime);
    const order = { contact_id: id, fence: 1, ship_name: shipName, planned_start };
    const [prepare, open] = await messages(id);
    expect(prepare).toMatchObject({ type: 'reception.prepare', ...order });
    expect(open).toEqual({
      ...prepare,
      type: 'reception.open',
      started_at: formatInstant((await store.find(id))!.startedAt!),
      lateness_ms: latenessMs((await store.find(id))!),
    });
    const told = (await messages(unclaimed.id)).at(-1);
    expect(told).toMatchObject({ ...order, contact_id: unclaimed.id, type: 'reception.open' });
    expect(Object.keys(told!)).toEqual(Object.keys(open!));
  });

  it('records the start as every other change', async () => {
    const store = new TypeOrmContactStore(source);
    const course = new TypeOrmContactCourse(source);
    const { id } = await addOne(store, { startTime: Date.now() * 1_000, channel: 'rocket 1' });
    await until(async () => expect(await course.startDue(1)).toEqual([id]));
    const history = (await source.query(
      'SELECT contact, state, by, reason FROM contact_history ORDER BY id',
    )) as { contact: object; state: string; by: string; reason: string | null }[];
    expect(history).toHaveLength(2);
    const [booked, started] = history;
    expect(started).toEqual({
      contact: { ...booked!.contact, state: 'starting' },
      state: 'starting',
      by: 'scheduler',
      reason: null,
    });
  });

  it('holds in the database that an end is final and no start is early', async () => {
    const store = new TypeOrmContactStore(source);
    const { id } = await addOne(store);
    const early = `UPDATE contacts SET started_at = clock_timestamp() WHERE id = $1`;
    await expect(source.query(early, [id])).rejects.toThrow('contacts_never_early');
    await store.end(id, BY_TEST);
    const revive = `UPDATE contacts SET state = 'scheduled' WHERE id = $1`;
    await expect(source.query(revive, [id])).rejects.toThrow('has ended as cancelled');
  });
});
