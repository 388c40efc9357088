import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { describeOutbox } from '../../../../libs/common/src/messaging/outbox.contract.js';
import { dataSourceOptions, insertOutbox, TypeOrmOutbox } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
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
