import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { addOne, BY_TEST, NEXT_YEAR } from '../contacts/contact-store.contract.js';
import type { ContactStore, NewContact, StoredContact } from '../contacts/contact-store.port.js';
import type { ContactCourse, DueContact } from './contact-course.port.js';

export interface CourseUnderTest {
  readonly course: ContactCourse;
  /** Another scheduler on the same contacts. */
  readonly other: ContactCourse;
  readonly store: ContactStore;
}

const nowMicros = (): number => Date.now() * 1_000;

/** What every `ContactCourse` must do. */
export function describeContactCourse(make: () => Promise<CourseUnderTest>): void {
  describe('a ContactCourse', () => {
    let course: ContactCourse;
    let other: ContactCourse;
    let store: ContactStore;

    beforeEach(async () => {
      ({ course, other, store } = await make());
    });

    const bookDue = (given: Partial<NewContact> = {}) =>
      addOne(store, { startTime: nowMicros() - 1_000, durationSeconds: 60, ...given });

    async function startOne(): Promise<StoredContact> {
      const { id } = await bookDue();
      expect(await course.startDue(10)).toEqual([id]);
      return (await store.find(id))!;
    }

    it('starts what is due, and counts the fence', async () => {
      const started = await startOne();
      expect(started).toMatchObject({ state: 'starting', fence: 1, revision: 1 });
      expect(started.startedAt).toBeGreaterThanOrEqual(started.startTime);
    });

    it('starts each contact once, however many ask at the same time', async () => {
      const booked = await Promise.all(Array.from({ length: 40 }, () => bookDue()));
      const asked = await Promise.all(Array.from({ length: 8 }, () => course.startDue(15)));
      asked.push(await course.startDue(40));
      expect(asked.flat().toSorted()).toEqual(booked.map(({ id }) => id).toSorted());
    });

    it('never starts before the start time', async () => {
      const startTime = nowMicros() + 150_000;
      const { id } = await addOne(store, { startTime });
      await until(async () => expect(await course.startDue(10)).toEqual([id]), 2_000, 1);
      const { startedAt } = (await store.find(id))!;
      expect(startedAt).toBeGreaterThanOrEqual(startTime);
    });

    const ids = (contacts: readonly { readonly id: string }[]): string[] =>
      contacts.map(({ id }) => id);
    const bookSoon = (inMs: number) => addOne(store, { startTime: nowMicros() + inMs * 1_000 });

    it('claims what is due soon once, earliest first, for one scheduler', async () => {
      const soon = await bookSoon(30_000);
      const sooner = await bookSoon(20_000);
      await bookSoon(3_600_000);

      const claimed = await course.claimDue(60_000, 10);
      expect(claimed).toEqual([
        { id: sooner.id, revision: 1, startTime: sooner.startTime },
        { id: soon.id, revision: 1, startTime: soon.startTime },
      ]);
      expect([await course.claimDue(60_000, 10), await other.claimDue(60_000, 10)]).toEqual([
        [],
        [],
      ]);
    });

    it('shares what is due soon out among those who ask at the same time', async () => {
      const booked = await Promise.all(Array.from({ length: 40 }, () => bookSoon(30_000)));
      const asked = await Promise.all([course, other].map((one) => one.claimDue(60_000, 25)));
      asked.push(await course.claimDue(60_000, 40));
      expect(ids(asked.flat()).toSorted()).toEqual(ids(booked).toSorted());
    });

    it('claims a contact anew when it was changed, and no cancelled one', async () => {
      const moved = await bookSoon(30_000);
      const cancelled = await bookSoon(30_000);
      await course.claimDue(60_000, 10);
      const startTime = nowMicros() + 40_000_000;
      await store.change(moved.id, { startTime }, BY_TEST);
      await store.end(cancelled.id, BY_TEST);

      expect(await other.claimDue(60_000, 10)).toEqual([{ id: moved.id, revision: 2, startTime }]);
      expect(await course.claimDue(60_000, 10)).toEqual([]);
    });

    it('starts a claimed contact as it is then, not as it was', async () => {
      const { id } = await bookSoon(30_000);
      await course.claimDue(60_000, 10);
      await store.change(id, { startTime: nowMicros() - 1_000, durationSeconds: 90 }, BY_TEST);
      expect(await course.startDue(10)).toEqual([id]);
      expect(await store.find(id)).toMatchObject({ state: 'starting', fence: 1, revision: 2 });
    });

    it('leaves to another what that one has claimed, but not for ever', async () => {
      const { id } = await bookDue({ startTime: nowMicros() });
      expect(ids(await other.claimDue(1_000, 10))).toEqual([id]);
      await until(async () => {
        // Whatever time this test takes: it is started by one of them, once.
        const started = await course.startDue(10);
        expect(started).toEqual([id]);
      });
      const { startTime, startedAt } = (await store.find(id))!;
      expect(startedAt! - startTime).toBeGreaterThanOrEqual(1_000_000);
      expect(await other.startDue(10)).toEqual([]);
    });

    it('starts its own claims at once, and those of others when they are given back', async () => {
      const mine = await bookSoon(300);
      await course.claimDue(1_000, 10);
      await until(async () => expect(await course.startDue(10)).toEqual([mine.id]), 20_000, 1);

      const theirs = await bookSoon(30_000);
      await other.claimDue(60_000, 10);
      await other.releaseClaims();
      expect(ids(await course.claimDue(60_000, 10))).toEqual([theirs.id]);
    });

    it('starts of those that it is told what is due, as it is then, and nothing else', async () => {
      const [due, moved, cancelled, later, unnamed] = [
        await bookSoon(300),
        await bookSoon(300),
        await bookSoon(300),
        await bookSoon(30_000),
        await bookDue(),
      ];
      await store.change(moved.id, { startTime: nowMicros() + 20_000_000 }, BY_TEST);
      await store.end(cancelled.id, BY_TEST);
      const told = ids([due, moved, cancelled, later, { id: randomUUID() }]);

      await until(async () => expect(await course.start(told)).toEqual([due.id]), 20_000, 1);
      expect(await store.find(due.id)).toMatchObject({ state: 'starting', fence: 1 });
      expect([await course.start(told), await course.start([])]).toEqual([[], []]);
      const states = await Promise.all(
        [moved, cancelled, later, unnamed].map(async ({ id }) => (await store.find(id))?.state),
      );
      expect(states).toEqual(['scheduled', 'cancelled', 'scheduled', 'scheduled']);
    });

    it('starts once what one has claimed and another finds due', async () => {
      const booked = await Promise.all(Array.from({ length: 40 }, () => bookSoon(200)));
      await course.claimDue(1_000, 100);
      const started: string[] = [];
      await until(async () => {
        const rounds = [course.start(ids(booked)), other.startDue(15), course.startDue(15)];
        started.push(...(await Promise.all(rounds)).flat());
        expect(started.length).toBeGreaterThanOrEqual(booked.length);
      }, 20_000);
      expect(started.toSorted()).toEqual(ids(booked).toSorted());
    });

    it('takes over the claims of a scheduler that is silent', async () => {
      const { id } = await bookSoon(3_000_000);
      await other.claimDue(3_600_000, 10);
      await until(async () => expect(ids(await course.claimDue(3_600_000, 10))).toEqual([id]));
    });

    it('starts neither cancelled contacts nor those whose window has passed', async () => {
      const { id } = await bookDue();
      await store.end(id, BY_TEST);
      const passed = await bookDue({ startTime: nowMicros() - 2_000_000, durationSeconds: 1 });
      expect(await course.startDue(10)).toEqual([]);

      expect(await course.missPassed(10, 'too late')).toBe(1);
      const missed = { state: 'missed', endReason: 'too late', startedAt: null };
      expect(await store.find(passed.id)).toMatchObject(missed);
      expect(await course.missPassed(10, 'too late')).toBe(0);
    });

    it('lists what is due soon, earliest first', async () => {
      const soon = await addOne(store, { startTime: nowMicros() + 20_000_000 });
      const sooner = await addOne(store, { startTime: nowMicros() + 10_000_000 });
      await addOne(store, { startTime: NEXT_YEAR });
      const due = await course.dueWithin(60_000, 10);
      expect(due.map(({ id }) => id)).toEqual([sooner.id, soon.id]);
      expect(due[0]).toEqual({ id: sooner.id, revision: 1, startTime: sooner.startTime });
      expect(await course.dueWithin(60_000, 1)).toEqual(due.slice(0, 1));
      expect(await course.dueWithin(60_000, 10, due[0])).toEqual(due.slice(1));
    });

    it('lists page by page what is due at one instant, each once', async () => {
      const startTime = nowMicros() + 20_000_000;
      const booked = await Promise.all(
        Array.from({ length: 7 }, () => addOne(store, { startTime })),
      );
      const listed: DueContact[] = [];
      for (let page: DueContact[] = [], nr = 0; nr < 4; nr += 1) {
        page = await course.dueWithin(60_000, 2, listed.at(-1));
        listed.push(...page);
      }
      expect(ids(listed).toSorted()).toEqual(ids(booked).toSorted());
    });

    it('follows a contact to its end, each step once', async () => {
      const { id } = await startOne();
      const end = {
        contactId: id,
        fence: 1,
        endedAt: nowMicros(),
        state: 'completed',
        fault: null,
        reason: null,
        report: null,
      } as const;
      expect([await course.began(id, 1), await course.began(id, 1)]).toEqual([true, false]);
      expect((await store.find(id))?.state).toBe('active');
      expect([await course.ended(end), await course.ended(end)]).toEqual([true, false]);
      expect(await store.find(id)).toMatchObject({ state: 'completed', endedAt: end.endedAt });
    });

    it('does not listen to another fence', async () => {
      const { id } = await startOne();
      expect(await course.began(id, 2)).toBe(false);
      expect((await store.find(id))?.state).toBe('starting');
    });

    it('stops a contact that has begun, and still takes its report once', async () => {
      const { id } = await startOne();
      expect(await store.end(id, BY_TEST)).toMatchObject({ state: 'stopped' });
      const report = { contact_id: id } as never;
      const end = { contactId: id, fence: 1, endedAt: nowMicros(), fault: null, reason: null };
      expect(await course.ended({ ...end, state: 'completed', report })).toBe(true);
      expect(await store.find(id)).toMatchObject({ state: 'stopped', report });
      expect(await course.ended({ ...end, state: 'completed', report })).toBe(false);
    });

    it('keeps the newest report when it comes before word of the end', async () => {
      const { id, fence } = await startOne();
      const revision = (nr: number) => ({ contact_id: id, revision: nr }) as never;
      expect(await course.revised(id, fence, revision(2))).toBe(true);
      const end = { contactId: id, fence, endedAt: nowMicros(), fault: null, reason: null };
      expect(await course.ended({ ...end, state: 'completed', report: revision(1) })).toBe(true);
      expect(await store.find(id)).toMatchObject({ state: 'completed', report: { revision: 2 } });
    });

    it('takes newer reports of a contact that has ended, and no older ones', async () => {
      const { id, fence } = await startOne();
      const revision = (nr: number) => ({ contact_id: id, revision: nr }) as never;

      const end = { contactId: id, fence, endedAt: nowMicros(), fault: null, reason: null };
      await course.ended({ ...end, state: 'completed', report: revision(1) });
      expect(await course.revised(id, fence, revision(3))).toBe(true);
      expect(await course.revised(id, fence, revision(2))).toBe(false);
      expect(await course.revised(id, fence + 1, revision(4))).toBe(false);
      expect(await store.find(id)).toMatchObject({ state: 'completed', report: { revision: 3 } });
    });

    it('fails a running contact of which nobody reports the end', async () => {
      const { id } = await bookDue({ durationSeconds: 3 });
      expect(await course.startDue(1)).toEqual([id]);
      expect(await course.failUnreported(10, 60_000, 'silence')).toBe(0);
      await until(async () => expect(await course.failUnreported(10, 0, 'silence')).toBe(1));
      expect(await store.find(id)).toMatchObject({ state: 'failed', fault: 'system' });
    });
  });
}
