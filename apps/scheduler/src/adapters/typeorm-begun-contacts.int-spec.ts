import { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { testDatabase } from '../../../../test/support/database.js';
import type { Instant } from '#common/domain';
import { dataSourceOptions, TypeOrmOutbox } from '#common/persistence';
import { addOne } from '../contacts/contact-store.contract.js';
import { type BegunUnderTest, describeBegunContacts } from './begun-contacts.contract.js';
import { SCHEDULER_OUTBOX } from './contact-row.js';
import { TypeOrmContactCourse } from './typeorm-contact.course.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

async function make(): Promise<BegunUnderTest & { readonly source: DataSource }> {
  const database = await testDatabase();
  const source = new DataSource(dataSourceOptions(database.url, 'scheduler'));
  await source.initialize();
  const rowsOf = (sql: string, id: string) => source.query(sql, [id]);
  return {
    source,
    store: new TypeOrmContactStore(source),
    outbox: new TypeOrmOutbox(source, SCHEDULER_OUTBOX),
    newCourse: (relay) => new TypeOrmContactCourse(source, relay),
    stateInRow: async (id) => {
      const rows = await rowsOf('SELECT state FROM contacts WHERE id = $1', id);
      return (rows as { state: string }[])[0]!.state;
    },
    historyOf: async (id) => {
      const rows = await rowsOf(
        `SELECT state, (extract(epoch FROM at) * 1000000)::bigint AS at
         FROM contact_history WHERE contact_id = $1 ORDER BY id`,
        id,
      );
      return (rows as { state: string; at: Instant }[]).map(({ state, at }) => ({
        state,
        at: Number(at),
      }));
    },
    begunCount: async () =>
      ((await source.query('SELECT FROM begun_contacts')) as unknown[]).length,
    close: async () => {
      await source.destroy();
      await database.drop();
    },
  };
}

describeBegunContacts(make);

it('a contact that has just begun is left alone by whatever changes rows without asking', async () => {
  const { source, store, newCourse, close } = await make();
  try {
    const { id } = await addOne(store, {
      startTime: Date.now() * 1_000 - 1_000,
      durationSeconds: 60,
    });
    const silent = {
      handOver: () => undefined,
      unsent: () => [],
      stored: () => undefined,
      forget: () => undefined,
    };
    await newCourse(silent).start([id]);
    const cancelling = source.query(`UPDATE contacts SET state = 'cancelled' WHERE id = $1`, [id]);
    await expect(cancelling).rejects.toMatchObject({ code: '40001' });
  } finally {
    await close();
  }
});
