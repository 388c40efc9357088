import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Instant, instantOf } from '#common/domain';
import type { ContactStore } from '../contacts/contact-store.port.js';
import { aContact, BY_TEST } from '../contacts/contact-store.contract.js';
import type { NewSeries, Series } from './series.js';
import { EXCLUDE_MAX } from './series.js';
import type { Rolled, SeriesStore } from './series-store.port.js';

const DAY_SECONDS = 86_400;
/** The first of May of next year, at nine. */
const START = Date.UTC(new Date().getUTCFullYear() + 1, 4, 1, 9) / 1_000;
const at = (day: number): Instant => (START + day * DAY_SECONDS) * 1_000_000;

const { startTime: _, ...CONTACT } = aContact({ antenna: 'Kiruna', priority: 3 });

export const aSeries = (given: Partial<NewSeries> = {}): NewSeries => ({
  contact: CONTACT,
  start: START,
  timeZone: 'UTC',
  rrule: 'FREQ=DAILY',
  exclude: [],
  ...given,
});

const aRoll = (given: Partial<Rolled> = {}): Rolled => ({
  bookedUntil: at(3),
  skipped: [],
  againMs: 60_000,
  ...given,
});

/** What every `SeriesStore` must do, beside the `ContactStore` that books its occurrences. */
export function describeSeriesStore(
  make: () => Promise<{ readonly store: SeriesStore; readonly contacts: ContactStore }>,
): void {
  describe('a SeriesStore', () => {
    let store: SeriesStore;
    let contacts: ContactStore;

    beforeEach(async () => {
      ({ store, contacts } = await make());
    });

    const book = (series: Series, ...days: number[]) =>
      contacts.add(
        days.map((day) => ({
          ...series.contact,
          startTime: at(day),
          series: { id: series.id, at: at(day), edition: series.edition },
        })),
        BY_TEST,
      );

    it('finds what it was given', async () => {
      const given = aSeries({ exclude: [START + DAY_SECONDS], timeZone: 'Europe/Berlin' });
      const added = await store.add(given, BY_TEST);

      expect(added).toMatchObject({ ...given, by: 'a test', endsBefore: null, endedAt: null });
      expect(await store.find(added.id)).toEqual(added);
      expect(await store.find(randomUUID())).toBeNull();
    });

    it('pages through all, newest first, each once', async () => {
      const ids = [];
      for (let nr = 0; nr < 5; nr += 1) ids.unshift((await store.add(aSeries(), BY_TEST)).id);

      const first = await store.page(3, null);
      const rest = await store.page(3, first.at(-1)!.id);
      expect([...first, ...rest].map(({ id }) => id)).toEqual(ids);
    });

    it('gives each series to one caller until its lease is over or it is rolled', async () => {
      const added = [await store.add(aSeries(), BY_TEST), await store.add(aSeries(), BY_TEST)];
      const claims = await Promise.all([1, 2, 3, 4].map(() => store.claim(60_000)));

      const ids = claims.flatMap((series) => (series === null ? [] : [series.id]));
      expect(ids.toSorted()).toEqual(added.map(({ id }) => id).toSorted());
      await store.rolled(added[0]!, aRoll({ againMs: 0 }));
      expect((await store.claim(0))?.id).toBe(added[0]!.id);
      expect((await store.claim(60_000))?.id).toBe(added[0]!.id);
    });

    it('ends a series that has no occurrence any more, and forgets it later', async () => {
      const series = await store.add(aSeries(), BY_TEST);
      const [contact] = await book(series, 0);
      await store.rolled(series, aRoll({ againMs: null }));

      expect((await store.find(series.id))?.endedAt).not.toBeNull();
      expect(await store.claim(0)).toBeNull();
      await store.forgetEnded(3_600_000);
      expect(await store.find(series.id)).not.toBeNull();
      await store.forgetEnded(0);
      expect(await store.find(series.id)).toBeNull();
      expect((await contacts.find(contact!.id))?.series).toEqual({ id: series.id, at: at(0) });
    });

    it('has each occurrence booked once, also when its contact was cancelled', async () => {
      const series = await store.add(aSeries(), BY_TEST);
      const [contact] = await book(series, 0, 2);
      await contacts.end(contact!.id, BY_TEST);

      await expect(book(series, 1, 0)).rejects.toThrow('contacts_series');
      const booked = await store.booked(series.id, at(0), 10);
      expect(booked.map((occurrence) => [occurrence.at, occurrence.state])).toEqual([
        [at(0), 'cancelled'],
        [at(2), 'scheduled'],
      ]);
      expect(await store.booked(series.id, at(0) + 1, 1)).toEqual(booked.slice(1));
    });

    it('keeps why occurrences were skipped until they are booked', async () => {
      const series = await store.add(aSeries(), BY_TEST);
      const skip = (day: number, reason: string) => ({ at: at(day), code: 'TAKEN', reason });
      await store.rolled(series, aRoll({ skipped: [skip(1, 'one'), skip(0, 'two')] }));
      await store.rolled(series, aRoll({ skipped: [skip(1, 'three')] }));

      expect(await store.skipped(series.id, at(0), 10)).toMatchObject([
        { at: at(0), code: 'TAKEN', reason: 'two', tries: 1 },
        { at: at(1), code: 'TAKEN', reason: 'three', tries: 2 },
      ]);
      await book(series, 1);
      await store.rolled(series, aRoll());
      expect(await store.skipped(series.id, at(0), 10)).toMatchObject([{ at: at(0) }]);
    });

    it('takes single occurrences away, booked ones with their contacts', async () => {
      const series = await store.add(aSeries(), BY_TEST);
      const [first, second] = await book(series, 0, 1);
      const local = START + DAY_SECONDS;
      const change = { exclude: [{ at: at(1), local }], endsBefore: null };

      const changed = await store.change(series.id, change, { by: 'a person', reason: 'holiday' });

      expect(changed).toMatchObject({ cancelledIds: [second!.id], series: { exclude: [local] } });
      expect(await contacts.find(first!.id)).toMatchObject({ state: 'scheduled' });
      expect(await contacts.find(second!.id)).toMatchObject({
        state: 'cancelled',
        endReason: 'holiday',
      });
      const again = await store.change(series.id, change, BY_TEST);
      expect(again).toMatchObject({ cancelledIds: [], series: { exclude: [local] } });
    });

    it('takes the rest away, and never gives it back', async () => {
      const series = await store.add(aSeries(), BY_TEST);
      const booked = await book(series, 0, 1, 2);
      await store.rolled(series, aRoll({ skipped: [{ at: at(3), code: 'X', reason: 'x' }] }));

      const ended = await store.change(series.id, { exclude: [], endsBefore: at(1) }, BY_TEST);

      expect(ended.cancelledIds.toSorted()).toEqual(
        booked
          .slice(1)
          .map(({ id }) => id)
          .toSorted(),
      );
      expect(ended.series).toMatchObject({ endsBefore: at(1), endedAt: null });
      expect(await store.skipped(series.id, at(0), 10)).toEqual([]);
      const later = await store.change(series.id, { exclude: [], endsBefore: at(9) }, BY_TEST);
      expect(later).toMatchObject({ cancelledIds: [], series: { endsBefore: at(1) } });
      const now = { exclude: [], endsBefore: instantOf(new Date()) };
      expect(await store.change(series.id, now, BY_TEST)).toMatchObject({
        cancelledIds: [booked[0]!.id],
        series: { endedAt: expect.any(Number) },
      });
      expect((await store.change(series.id, now, BY_TEST)).cancelledIds).toEqual([]);
    });

    it('books nothing for what a series was before a change, nor notes what came of it', async () => {
      const series = await store.add(aSeries(), BY_TEST);
      await store.claim(60_000);
      await store.change(series.id, { exclude: [], endsBefore: at(2) }, BY_TEST);

      await expect(book(series, 0)).rejects.toMatchObject({ code: 'SERIES_ENDED' });
      await store.rolled(series, aRoll({ againMs: null }));
      const claimed = await store.claim(60_000);
      expect(claimed).toMatchObject({ id: series.id, endsBefore: at(2), endedAt: null });
      expect(await book(claimed!, 0)).toHaveLength(1);
    });

    it('refuses more exclusions than a series may have, and unknown ids', async () => {
      const locals = (from: number, count: number) =>
        Array.from({ length: count }, (_, nr) => START + (from + nr) * DAY_SECONDS);
      const { id } = await store.add(aSeries({ exclude: locals(0, EXCLUDE_MAX) }), BY_TEST);
      const exclude = locals(EXCLUDE_MAX, 1).map((local) => ({ local, at: local * 1_000_000 }));
      const change = { exclude, endsBefore: null };

      await expect(store.change(id, change, BY_TEST)).rejects.toMatchObject({
        code: 'SERIES_EXCLUSIONS_FULL',
      });
      await expect(store.change(randomUUID(), change, BY_TEST)).rejects.toMatchObject({
        code: 'SERIES_NOT_FOUND',
      });
    });
  });
}
