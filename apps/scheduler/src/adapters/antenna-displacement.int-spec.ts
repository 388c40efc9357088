import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { anAntenna, at, on, refusalOf, textAt } from '../antennas/testing/antenna-bookings.js';
import { addOne, BY_TEST } from '../contacts/contact-store.contract.js';
import type { StoredContact } from '../contacts/contact-store.port.js';
import { TypeOrmBookingRehearsal } from './typeorm-booking.rehearsal.js';
import { TypeOrmContactCourse } from './typeorm-contact.course.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

const DISPLACE = { displace: true };

describe('a contact of higher priority, on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TypeOrmContactStore;
  let rehearsal: TypeOrmBookingRehearsal;

  beforeAll(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'scheduler'));
    await source.initialize();
    store = new TypeOrmContactStore(source);
    rehearsal = new TypeOrmBookingRehearsal(source);
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const stateOf = async ({ id }: StoredContact) => (await store.find(id))?.state;

  it('displaces lower ones on request, and they say by whom', async () => {
    const antenna = anAntenna();
    const lower = await addOne(store, on(antenna, 0, 10, { priority: 1 }));
    const lowest = await addOne(store, on(antenna, 20, 30));
    const long = on(antenna, 5, 25, { priority: 2 });
    await refusalOf(store.add([long], BY_TEST));
    expect(await stateOf(lower)).toBe('scheduled');

    const [winner] = await store.add([long], BY_TEST, DISPLACE);
    for (const loser of [lower, lowest])
      expect(await store.find(loser.id)).toMatchObject({
        state: 'cancelled',
        displacedBy: winner!.id,
        endReason: `Displaced by contact ${winner!.id} of priority 2`,
      });
    const history = await source.query(
      `SELECT by, reason, contact->>'displaced_by' AS displaced_by FROM contact_history
       WHERE contact_id = $1 AND state = 'cancelled'`,
      [lower.id],
    );
    const reason = `Displaced by contact ${winner!.id} of priority 2`;
    expect(history).toEqual([{ by: 'a test', reason, displaced_by: winner!.id }]);
    const told = await source.query(
      `SELECT envelope->'data'->>'displaced_by' AS displaced_by FROM outbox
       WHERE envelope->>'type' = 'contact.cancelled' AND envelope->'data'->>'contact_id' = $1`,
      [lower.id],
    );
    expect(told).toEqual([{ displaced_by: winner!.id }]);
  });

  it('displaces nothing when one of all is as important', async () => {
    const antenna = anAntenna();
    const lower = await addOne(store, on(antenna, 0, 10, { priority: 1 }));
    const equal = await addOne(store, on(antenna, 10, 20, { priority: 2 }));
    const wanted = on(antenna, 5, 15, { priority: 2 });

    const { conflicts } = await refusalOf(store.add([wanted], BY_TEST, DISPLACE));
    expect(conflicts).toMatchObject([{ id: lower.id }, { id: equal.id }]);
    expect(await Promise.all([lower, equal].map(stateOf))).toEqual(['scheduled', 'scheduled']);
  });

  it('displaces nothing that has begun', async () => {
    const antenna = anAntenna();
    const startTime = Date.now() * 1_000 - 1_000;
    const now = { antenna, startTime, durationSeconds: 3_600 };
    const running = await addOne(store, { ...now, priority: -5 });
    await new TypeOrmContactCourse(source).startDue(10);

    const important = on(antenna, 0, 0, { ...now, priority: 1_000 });
    const { conflicts } = await refusalOf(store.add([important], BY_TEST, DISPLACE));
    expect(conflicts).toMatchObject([{ id: running.id, state: 'starting' }]);
  });

  it('displaces one contact once, however many of a list it is in the way of', async () => {
    const antenna = anAntenna();
    const lower = await addOne(store, on(antenna, 0, 100));
    const list = [on(antenna, 5, 10, { priority: 1 }), on(antenna, 20, 30, { priority: 1 })];
    const booked = await store.add(list, BY_TEST, DISPLACE);
    const { displacedBy } = (await store.find(lower.id))!;
    expect(booked.map(({ id }) => id)).toContain(displacedBy);
  });

  it('displaces when it is moved, by the priority that it has then', async () => {
    const antenna = anAntenna();
    const lower = await addOne(store, on(antenna, 0, 10, { priority: 1 }));
    const mover = await addOne(store, on(anAntenna(), 0, 10));
    await refusalOf(store.change(mover.id, { antenna }, BY_TEST, DISPLACE));
    expect(await store.find(mover.id)).toEqual(mover);

    const moved = await store.change(mover.id, { antenna, priority: 2 }, BY_TEST, DISPLACE);
    expect(moved).toMatchObject({ antenna, revision: 2, state: 'scheduled' });
    expect(await store.find(lower.id)).toMatchObject({ displacedBy: mover.id });
  });

  describe('rehearsed', () => {
    it('tells what would be in the way, or displaced, and keeps nothing', async () => {
      const antenna = anAntenna();
      const lower = await addOne(store, on(antenna, 0, 10));
      const wanted = [on(antenna, 5, 15, { priority: 1 })];
      const tables = ['contacts', 'contact_history', 'outbox', 'antennas', 'antenna_windows'];
      const counts = () =>
        Promise.all(tables.map((table) => source.query(`SELECT count(*) FROM ${table}`)));
      const before = await counts();

      expect(await rehearsal.add(wanted, BY_TEST, { displace: false })).toMatchObject({
        possible: false,
        conflicts: [{ id: lower.id }],
        free_windows: [{ start: textAt(10), end: null }],
      });
      expect(await rehearsal.add(wanted, BY_TEST, DISPLACE)).toMatchObject({
        possible: true,
        conflicts: [{ id: lower.id, index: 0, state: 'scheduled' }],
        free_windows: [],
      });
      const elsewhere = { antenna: anAntenna(), startTime: at(1) };
      expect(await rehearsal.change(lower.id, elsewhere, BY_TEST, DISPLACE)).toEqual({
        possible: true,
        conflicts: [],
        free_windows: [],
      });
      expect(await store.find(lower.id)).toEqual(lower);
      expect(await counts()).toEqual(before);
    });

    it('is refused for everything else as the real one is', async () => {
      await store.endOfRocket('the rocket', 'gone');
      const lost = on(anAntenna(), 0, 10, { channel: 'the rocket' });
      const exploded = rehearsal.add([lost], BY_TEST, DISPLACE);
      await expect(exploded).rejects.toMatchObject({ code: 'ROCKET_EXPLODED' });
      const ended = await addOne(store);
      await store.end(ended.id, BY_TEST);
      const late = rehearsal.change(ended.id, { antenna: anAntenna() }, BY_TEST, DISPLACE);
      await expect(late).rejects.toMatchObject({ code: 'CONTACT_NOT_CHANGEABLE' });
    });
  });
});
