import { DataSource, type EntityManager } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextFraction, seededRandom } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { addOne, BY_TEST } from '../contacts/contact-store.contract.js';
import type { ContactChanged } from '../live/change-log.port.js';
import { NUMBERING_LOCK, TypeOrmChangeLog } from './typeorm-change.log.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

describe('the log of changes on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let log: TypeOrmChangeLog;
  let store: TypeOrmContactStore;

  beforeEach(async () => {
    database = await testDatabase();
    const options = dataSourceOptions(database.url, 'scheduler');
    source = new DataSource(Object.assign(options, { extra: { ...options.extra, max: 20 } }));
    await source.initialize();
    log = new TypeOrmChangeLog(source);
    store = new TypeOrmContactStore(source);
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const numberAll = async (): Promise<void> => {
    while ((await log.number(3)) > 0);
  };

  const note = (manager: EntityManager, contactId: string, revision: number): Promise<unknown> =>
    manager.query(
      `INSERT INTO contact_history (contact_id, revision, state, by)
       VALUES ($1, $2, 'scheduled', 'a test')`,
      [contactId, revision],
    );

  it('tells who changed what, why, and how the contact was then', async () => {
    const { id } = await addOne(store, { antenna: 'Kiruna', priority: 3 });
    await store.change(id, { antenna: 'Svalbard' }, { by: 'ops', reason: 'snow' });
    await store.end(id, { by: 'ops', reason: 'more snow' });
    expect(await log.after(0, 10)).toEqual([]);
    expect(await log.last()).toBe(0);

    expect(await log.number(10)).toBe(3);
    const [booked, moved, ended] = await log.after(0, 10);
    expect(booked).toMatchObject({ number: 1, by: 'a test', reason: null, state: 'scheduled' });
    expect(booked?.contact).toMatchObject({ contact_id: id, antenna: 'Kiruna', revision: 1 });
    expect(moved).toMatchObject({ number: 2, by: 'ops', reason: 'snow', state: 'scheduled' });
    expect(moved?.contact).toMatchObject({ antenna: 'Svalbard', revision: 2 });
    expect(ended).toMatchObject({ number: 3, reason: 'more snow', state: 'cancelled' });
    expect(await log.after(1, 1)).toEqual([moved]);
    expect(await log.last()).toBe(3);
    expect(await log.number(10)).toBe(0);
  });

  it('numbers what is committed, and later what was begun earlier', async () => {
    const [slow, quick] = [await addOne(store), await addOne(store)];
    await numberAll();
    const runner = source.createQueryRunner();
    await runner.startTransaction();
    await note(runner.manager, slow.id, 2);
    await note(source.manager, quick.id, 2);
    await numberAll();
    expect((await log.after(2, 10)).map(({ contact }) => contact.contact_id)).toEqual([quick.id]);

    await runner.commitTransaction();
    await runner.release();
    await numberAll();
    const later = await log.after(3, 10);
    expect(later.map(({ number, contact }) => [number, contact.contact_id])).toEqual([
      [4, slow.id],
    ]);
  });

  it('leaves the numbers to whoever gives them now', async () => {
    await addOne(store);
    const runner = source.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT pg_advisory_xact_lock($1, $2)', [...NUMBERING_LOCK]);
    expect(await log.number(10)).toBe(0);
    await runner.commitTransaction();
    await runner.release();
    expect(await log.number(10)).toBe(1);
  });

  it('knows of old history what the contact is today', async () => {
    const { id } = await addOne(store, { shipName: 'Old', antenna: 'Kiruna' });
    await source.query('UPDATE contact_history SET contact = NULL');
    await store.end(id, BY_TEST);
    await numberAll();
    const [old] = await log.after(0, 1);
    expect(old).toMatchObject({
      state: 'scheduled',
      contact: { contact_id: id, ship_name: 'Old', antenna: 'Kiruna', revision: 1, duration: 15 },
    });
  });

  it('shows every reader every committed change once, in order, under concurrent commits', async () => {
    const contacts = await Promise.all(Array.from({ length: 6 }, () => addOne(store)));
    let random = seededRandom(7);
    const below = (limit: number): number => {
      const [fraction, next] = nextFraction(random);
      random = next;
      return Math.floor(fraction * limit);
    };
    let isWritten = false;
    let committed = contacts.length;

    /** Its own contact's changes one after the other, each open for some round trips. */
    const write = async (id: string): Promise<void> => {
      for (let revision = 2; revision <= 25; revision += 1) {
        const runner = source.createQueryRunner();
        await runner.startTransaction();
        await note(runner.manager, id, revision);
        for (let wait = below(6); wait > 0; wait -= 1) await runner.query('SELECT 1');
        const isGood = below(4) > 0;
        await (isGood ? runner.commitTransaction() : runner.rollbackTransaction());
        await runner.release();
        committed += isGood ? 1 : 0;
      }
    };
    const numberOn = async (limit: number): Promise<void> => {
      while (!isWritten) await log.number(limit);
    };
    const read = async (limit: number): Promise<ContactChanged[]> => {
      const seen: ContactChanged[] = [];
      for (let isEnd = false; !isEnd;) {
        isEnd = isWritten;
        const news = await log.after(seen.length, limit);
        seen.push(...news);
        if (news.length > 0) isEnd = false;
      }
      return seen;
    };

    const readers = [read(1), read(7), read(100)];
    const numbering = [numberOn(1), numberOn(5), numberOn(100)];
    await Promise.all(contacts.map(({ id }) => write(id)));
    isWritten = true;
    await Promise.all(numbering);
    await Promise.all(readers);
    await numberAll();

    const all = await log.after(0, 1_000);
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => index + 1));
    expect(all).toHaveLength(committed);
    for (const { id } of contacts) {
      const revisions = all
        .filter(({ contact }) => contact.contact_id === id)
        .map(({ contact }) => contact.revision);
      expect(revisions).toEqual(revisions.toSorted((one, other) => one - other));
    }
    // What a reader saw when it saw it is what is there in the end: nothing came in between later.
    for (const seen of await Promise.all(readers)) expect(seen).toEqual(all.slice(0, seen.length));
  });
});
