import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { RECEPTION_CLOSE, RECEPTION_OPEN } from '#common/contracts';
import type { Instant } from '#common/domain';
import { type Envelope, type Outbox, OutboxRelay } from '#common/messaging';
import { SystemClock } from '#common/platform';
import { addOne, BY_TEST } from '../contacts/contact-store.contract.js';
import type { ContactStore, StoredContact } from '../contacts/contact-store.port.js';
import type { ContactCourse } from '../starts/contact-course.port.js';
import type { Handing } from './begun-contacts.js';
import { startMessageId } from './start-message-id.js';

export interface BegunUnderTest {
  readonly store: ContactStore;
  readonly outbox: Outbox;
  readonly newCourse: (relay: Handing) => ContactCourse;
  readonly stateInRow: (contactId: string) => Promise<string>;
  readonly historyOf: (contactId: string) => Promise<{ state: string; at: Instant }[]>;
  readonly begunCount: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Between the instant, when one line says that a contact has begun, and the moment when its row does. */
export function describeBegunContacts(make: () => Promise<BegunUnderTest>): void {
  describe('contacts that have just begun', () => {
    let under: BegunUnderTest;
    let store: ContactStore;
    let outbox: Outbox;
    let relay: OutboxRelay;
    let course: ContactCourse;
    let isBusThere: boolean;
    let published: Envelope[];

    beforeEach(async () => {
      under = await make();
      ({ store, outbox } = under);
      published = [];
      isBusThere = true;
      relay = aRelay();
      relay.start();
      course = under.newCourse(relay);
    });

    afterEach(async () => {
      await relay.stop();
      await under.close();
    });

    const aRelay = (): OutboxRelay =>
      new OutboxRelay({
        outbox,
        clock: new SystemClock(),
        mandatory: new Set(),
        publisher: {
          publish: (message) => {
            if (!isBusThere) return Promise.reject(new Error('no bus'));
            published.push(message);
            return Promise.resolve();
          },
        },
      });

    const bookDue = (): Promise<StoredContact> =>
      addOne(store, { startTime: Date.now() * 1_000 - 1_000, durationSeconds: 60 });
    const idsOf = (type: string): string[] =>
      published
        .filter((message) => message.type === type)
        .map(({ data }) => (data as { contact_id: string }).contact_id);
    const historyOf = async (id: string): Promise<string[]> =>
      (await under.historyOf(id)).map(({ state }) => state);
    const isNothingLeft = async (): Promise<void> => {
      expect(await under.begunCount()).toBe(0);
      expect((await outbox.counts()).waiting).toBe(0);
    };

    /** Until what was booked and cancelled is told: of starts alone is spoken here. */
    const isToldOf = (count: number): Promise<void> =>
      until(() => expect(idsOf(RECEPTION_OPEN)).toHaveLength(count));

    it('are commanded at once, and written down as they began', async () => {
      const { id } = await bookDue();
      expect(await course.start([id])).toEqual([id]);
      await isToldOf(1);
      expect([await under.stateInRow(id), await historyOf(id)]).toEqual([
        'scheduled',
        ['scheduled'],
      ]);

      await course.settle();
      const { state, fence, startedAt } = (await store.find(id))!;
      expect({ state, fence, history: await historyOf(id) }).toEqual({
        state: 'starting',
        fence: 1,
        history: ['scheduled', 'starting'],
      });
      const command = published.find(({ type }) => type === RECEPTION_OPEN)!;
      expect(command.id).toBe(startMessageId({ id, fence }));
      expect((await under.historyOf(id)).at(-1)).toEqual({ state: 'starting', at: startedAt });
      relay.wake();
      await until(isNothingLeft);
      expect(idsOf(RECEPTION_OPEN)).toEqual([id]);
    });

    it('are running for who asks, and for their receiver', async () => {
      const [asked, told] = [await bookDue(), await bookDue()];
      await course.start([asked.id, told.id]);
      expect(await store.find(asked.id)).toMatchObject({ state: 'starting', fence: 1 });
      const late = await bookDue();
      await course.start([late.id]);
      expect(await course.began(late.id, 1)).toBe(true);
      expect(await course.began(late.id, 1)).toBe(false);
      expect(await store.find(late.id)).toMatchObject({ state: 'active' });
    });

    it('are stopped, not cancelled, and cannot be moved any more', async () => {
      const [stopped, moved] = [await bookDue(), await bookDue()];
      await course.start([stopped.id, moved.id]);
      expect(await store.end(stopped.id, BY_TEST)).toMatchObject({ state: 'stopped', fence: 1 });
      const change = { startTime: Date.now() * 1_000 + 60_000_000 };
      await expect(store.change(moved.id, change, BY_TEST)).rejects.toMatchObject({
        code: 'CONTACT_NOT_CHANGEABLE',
      });
      expect(await historyOf(stopped.id)).toEqual(['scheduled', 'starting', 'stopped']);
      await course.settle();
      relay.wake();
      await until(isNothingLeft);
      expect(idsOf(RECEPTION_CLOSE)).toEqual([stopped.id]);
      expect(idsOf(RECEPTION_OPEN).toSorted()).toEqual([stopped.id, moved.id].toSorted());
    });

    it('are not given up', async () => {
      const { id } = await bookDue();
      await course.start([id]);
      expect(await course.missPassed(10, 'too late')).toBe(0);
    });

    it('have their commands in the outbox when the bus is away, and are told of when it is back', async () => {
      isBusThere = false;
      const booked = await Promise.all(Array.from({ length: 20 }, bookDue));
      const ids = booked.map(({ id }) => id);
      await course.start(ids);
      await course.settle();
      expect(idsOf(RECEPTION_OPEN)).toEqual([]);
      // That they are booked is not told either.
      expect((await outbox.counts()).waiting).toBe(2 * ids.length);
      isBusThere = true;
      relay.wake();
      await until(isNothingLeft, 20_000);
      expect(idsOf(RECEPTION_OPEN).toSorted()).toEqual(ids.toSorted());
    });

    it('are written down by another when their scheduler died with them, and commanded by its relay', async () => {
      const dead = aRelay();
      const dying = under.newCourse(dead);
      const { id } = await bookDue();
      await dying.start([id]);
      expect(idsOf(RECEPTION_OPEN)).toEqual([]);

      await until(async () => {
        await course.settle();
        expect(await under.stateInRow(id)).toBe('starting');
      }, 20_000);
      relay.wake();
      await until(isNothingLeft, 20_000);
      expect(idsOf(RECEPTION_OPEN)).toEqual([id]);
    });

    it('are started or called off, never both, whoever is faster', async () => {
      const other = under.newCourse(relay);
      const booked = await Promise.all(Array.from({ length: 60 }, bookDue));
      const ids = booked.map(({ id }) => id);
      const ends = ids.filter((_, nr) => nr % 2 === 0).map((id) => store.end(id, BY_TEST));
      const rounds = Array.from({ length: 6 }, async (_, nr) => {
        await course.start(ids.slice(nr * 10));
        await other.startDue(15);
        await (nr % 2 === 0 ? course : other).settle();
      });
      await Promise.all([...ends, ...rounds]);
      await course.start(ids);
      await Promise.all([course.settle(), other.settle()]);
      relay.wake();
      await until(isNothingLeft, 20_000);

      const contacts = await Promise.all(ids.map((id) => store.find(id)));
      const begun = contacts
        .filter((contact) => contact!.fence === 1)
        .map((contact) => contact!.id);
      expect(idsOf(RECEPTION_OPEN).toSorted()).toEqual(begun.toSorted());
      for (const [nr, contact] of contacts.entries()) {
        const { id, state, fence } = contact!;
        expect(fence).toBeLessThanOrEqual(1);
        const isCalledOff = nr % 2 === 0;
        const started = ['scheduled', 'starting', ...(isCalledOff ? ['stopped'] : [])];
        const history = await historyOf(id);
        expect(history).toEqual(fence === 1 ? started : ['scheduled', 'cancelled']);
        expect(fence === 1 || isCalledOff).toBe(true);
        expect(state).toBe(history.at(-1));
      }
    });
  });
}
