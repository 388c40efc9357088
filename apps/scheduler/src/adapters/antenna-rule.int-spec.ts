import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomainError } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { doOverlap, type TimeWindow } from '../antennas/time-window.js';
import { anAntenna, at, on, refusalOf, textAt } from '../antennas/testing/antenna-bookings.js';
import { aContact, addOne, BY_TEST } from '../contacts/contact-store.contract.js';
import type { NewContact } from '../contacts/contact-store.port.js';
import { TypeOrmContactCourse } from './typeorm-contact.course.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

const SECOND = 1_000_000;

describe('the rule of antennas, on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TypeOrmContactStore;

  beforeAll(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'scheduler'));
    await source.initialize();
    store = new TypeOrmContactStore(source);
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  /** Moves and cancels the oldest, or books where there is none. @returns the contact's id */
  async function take(
    what: string,
    antenna: string,
    { start, end }: TimeWindow,
    oldest: string | null,
  ): Promise<string> {
    const given = { startTime: at(start), durationSeconds: end - start };
    if (what === 'cancel') return oldest === null ? '' : (await store.end(oldest, BY_TEST)).id;
    if (what === 'book' || oldest === null) return (await addOne(store, { antenna, ...given })).id;
    return (await store.change(oldest, given, BY_TEST)).id;
  }

  it('takes just what overlaps nothing, whatever was booked, moved and cancelled before', async () => {
    const hour = fc.integer({ min: 0, max: 11 });
    const window = fc.tuple(hour, hour).map(([a, b]) => ({
      start: Math.min(a, b),
      end: Math.max(a, b) + 1,
    }));
    const step = fc.record({ what: fc.constantFrom('book', 'book', 'move', 'cancel'), window });
    const steps = fc.array(step, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const antenna = anAntenna();
        const held = new Map<string, TimeWindow>();
        for (const { what, window } of course) {
          const [oldest = null] = held.keys();
          const moved = what === 'move' ? oldest : null;
          const isFree = ![...held].some(([id, one]) => id !== moved && doOverlap(one, window));
          const answer = await take(what, antenna, window, oldest).catch(
            (fault: DomainError) => fault.code,
          );
          expect(answer === 'ANTENNA_TAKEN').toBe(what !== 'cancel' && !isFree);
          if (what === 'cancel') held.delete(answer);
          else if (isFree) held.set(answer, window);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is held by the database, whoever writes', async () => {
    const antenna = anAntenna();
    const { id } = await addOne(store, on(antenna, 0, 10));
    const other = await addOne(store, on(antenna, 10, 20));
    const insert = `INSERT INTO contacts (id, ship_name, start_time, duration, planned_end, antenna, stream)
      SELECT gen_random_uuid(), ship_name, start_time, duration, planned_end, antenna, stream
      FROM contacts WHERE id = $1`;
    await expect(source.query(insert, [id])).rejects.toThrow('antenna_windows_never_overlap');
    const move = `UPDATE contacts SET start_time = start_time - interval '1 second' WHERE id = $1`;
    await expect(source.query(move, [other.id])).rejects.toThrow('antenna_windows_never_overlap');
    const elsewhere = anAntenna();
    await source.query('UPDATE contacts SET antenna = $2 WHERE id = $1', [other.id, elsewhere]);
    await refusalOf(addOne(store, on(elsewhere, 10, 20)));
    expect(await addOne(store, on(antenna, 10, 20))).toMatchObject({ antenna });
  });

  it('names what is in the way, and when it is free', async () => {
    const antenna = anAntenna();
    const ship = { shipName: 'Voyager', priority: 3 };
    const first = await addOne(store, on(antenna, 0, 10, ship));
    const second = await addOne(store, on(antenna, 12, 30));
    await addOne(store, on(antenna, 40, 50));

    const facts = await refusalOf(addOne(store, on(antenna, 5, 15)));
    expect(facts['conflicts']).toMatchObject([
      {
        index: 0,
        kind: 'contact',
        id: first.id,
        ship_name: 'Voyager',
        start_time: textAt(0),
        end: textAt(10),
        priority: 3,
        state: 'scheduled',
      },
      { id: second.id },
    ]);
    expect(facts['free_windows']).toEqual([
      { start: textAt(30), end: textAt(40) },
      { start: textAt(50), end: null },
    ]);
    expect(await addOne(store, on(antenna, 30, 40))).toMatchObject({ antenna });
  });

  it('holds within a list too, which is booked as a whole or not at all', async () => {
    const antenna = anAntenna();
    const list = [aContact(), on(antenna, 0, 10), on(anAntenna(), 5, 6), on(antenna, 9, 12)];
    const facts = await refusalOf(store.add(list, BY_TEST));
    expect(facts['conflicts']).toMatchObject([
      { index: 3, kind: 'booking', booking_index: 1, id: null, start_time: textAt(0) },
    ]);
    expect(facts['free_windows']).toEqual([{ start: textAt(10), end: null }]);
    expect(await store.add([on(antenna, 0, 10), on(antenna, 10, 12)], BY_TEST)).toHaveLength(2);
  });

  it('asks nothing of contacts without an antenna, and of changes that move nothing', async () => {
    await Promise.all([addOne(store), addOne(store)]);
    const { id } = await addOne(store, on(anAntenna(), 0, 10));
    const changed = await store.change(id, { priority: 7, durationSeconds: 10 }, BY_TEST);
    expect(changed).toMatchObject({ priority: 7, revision: 2 });
  });

  it('frees an antenna with the end of its contact, whichever it is', async () => {
    const antenna = anAntenna();
    const course = new TypeOrmContactCourse(source);
    const now = Date.now() * 1_000;
    const bookNow = (given: Partial<NewContact> = {}) =>
      addOne(store, { antenna, startTime: now - 2 * SECOND, durationSeconds: 3_600, ...given });

    const stopped = await bookNow();
    expect(await course.startDue(10)).toEqual([stopped.id]);
    await refusalOf(bookNow());
    await store.end(stopped.id, BY_TEST);

    const completed = await bookNow();
    expect(await course.startDue(10)).toEqual([completed.id]);
    expect(await course.began(completed.id, 1)).toBe(true);
    const end = { contactId: completed.id, fence: 1, endedAt: now, fault: null, reason: null };
    await course.ended({ ...end, state: 'completed', report: null });

    await bookNow({ durationSeconds: 1 });
    expect(await course.missPassed(10, 'too late')).toBe(1);
    await store.end((await bookNow()).id, BY_TEST);
    await bookNow({ channel: 'the rocket' });
    await store.endOfRocket('the rocket', 'gone');
    expect(await bookNow()).toMatchObject({ state: 'scheduled' });
  });
});
