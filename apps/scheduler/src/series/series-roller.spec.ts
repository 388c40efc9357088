import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DomainError, formatInstant, type Instant, parseInstant } from '#common/domain';
import { parseLocalTime } from './recurrence/local-time.js';
import { occurrences } from './recurrence/occurrences.js';
import { recurrenceOf } from './series.js';
import { AHEAD_MAX } from './series-roller.js';
import { RolledSeries } from './testing/rolled-series.js';

const DAY_MS = 86_400_000;
const NOW = '2026-03-20T00:00:00Z';
const instant = (text: string): Instant => parseInstant(text)!;
const sorted = (times: readonly Instant[]): Instant[] =>
  times.toSorted((one, other) => one - other);

describe('a SeriesRoller', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('books what is within the horizon, by the clocks of the zone', async () => {
    const series = new RolledSeries(NOW);
    expect(await series.roll()).toBe(true);

    const times = series.bookedTimes.map(formatInstant);
    expect(times).toHaveLength(14);
    expect([times[0], times.at(-1)]).toEqual([
      '2026-03-20T08:00:00.000Z',
      '2026-04-02T07:00:00.000Z',
    ]);
    expect(series.store.last).toMatchObject({
      bookedUntil: instant('2026-04-03T00:00:00Z'),
      skipped: [],
      againMs: expect.any(Number),
    });
    await series.roll();
    expect(series.bookedTimes).toHaveLength(14);
  });

  it('books no more than so many ahead, and not all in one transaction', async () => {
    const series = new RolledSeries(NOW, { rrule: 'FREQ=MINUTELY' });
    await series.roll();

    expect(series.bookedTimes).toHaveLength(AHEAD_MAX);
    expect(series.store.last?.bookedUntil).toBe(series.bookedTimes.at(-1));
    expect(series.contacts.calls).toBeGreaterThan(1);
  });

  it('skips what is taken with the reason, and books it once it is free', async () => {
    const series = new RolledSeries(NOW);
    const taken = instant('2026-03-22T08:00:00Z');
    series.contacts.taken.add(taken);
    await series.roll();

    expect(series.bookedTimes).toHaveLength(13);
    const skip = { at: taken, code: 'CONTACT_NOT_CHANGEABLE', reason: 'Another one is there' };
    expect(series.store.last?.skipped).toEqual([skip]);
    await series.roll();
    expect(series.store.skips.get(taken)?.tries).toBe(2);

    series.contacts.taken.clear();
    await series.roll();
    expect(series.bookedTimes.at(-1)).toBe(taken);
    expect(series.store.skips.size).toBe(0);
  });

  it('asks once where one answer stands against all', async () => {
    const channel = 'rocket 1';
    const { contact } = (await new RolledSeries(NOW).store.claim())!;
    const series = new RolledSeries(NOW, { contact: { ...contact, channel } });
    await series.roll();

    expect(series.rockets.questions).toBe(1);
    expect(series.store.last?.skipped).toHaveLength(14);
  });

  it('ends a series whose last time is over, and not before', async () => {
    const series = new RolledSeries(NOW, { rrule: 'FREQ=DAILY;UNTIL=20260322T080000Z' });
    await series.roll();
    expect(series.bookedTimes).toHaveLength(3);
    expect(series.store.last?.againMs).not.toBeNull();

    series.clock.advance(2 * DAY_MS + DAY_MS / 2);
    await series.roll();
    expect(series.store.last?.againMs).toBeNull();
    expect(await series.roll()).toBe(false);
  });

  it('books nothing from the end on, nor what is excluded or past', async () => {
    const series = new RolledSeries(NOW, {
      endsBefore: instant('2026-03-24T08:00:00Z'),
      exclude: [parseLocalTime('2026-03-21T09:00:00')!],
    });
    await series.roll();
    expect(series.bookedTimes.map((at) => formatInstant(at).slice(8, 10))).toEqual([
      '20',
      '22',
      '23',
    ]);
  });

  it('stops between two bookings, and goes on later', async () => {
    const series = new RolledSeries(NOW, { rrule: 'FREQ=MINUTELY' });
    await series.roll(() => series.contacts.calls === 2);
    const soFar = series.bookedTimes.length;
    expect([soFar > 0, soFar < AHEAD_MAX, series.store.last]).toEqual([true, true, null]);

    await series.roll();
    expect(new Set(series.bookedTimes).size).toBe(AHEAD_MAX);
    expect(series.bookedTimes).toHaveLength(AHEAD_MAX);
  });

  it('notes nothing of a series that was changed under its hands, and fails with the database', async () => {
    const series = new RolledSeries(NOW);
    series.contacts.fault = new DomainError('SERIES_ENDED', 'It has changed');
    expect(await series.roll()).toBe(true);
    expect(series.store.last).toBeNull();

    series.contacts.fault = new Error('The database is away');
    await expect(series.roll()).rejects.toThrow('is away');
    expect(series.store.last).toBeNull();
  });

  it('books every occurrence once as time goes by, but for those that are taken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('FREQ=DAILY', 'FREQ=HOURLY;INTERVAL=5', 'FREQ=WEEKLY;BYDAY=SU,MO,SA'),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 8 }),
        fc.func(fc.integer({ min: 0, max: 3 })),
        async (rrule, days, chance) => {
          const series = new RolledSeries(NOW, { rrule });
          const recurrence = recurrenceOf((await series.store.claim())!);
          const from = instant(NOW);
          const to = from + (days.reduce((sum, day) => sum + day) + 14) * DAY_MS * 1_000;
          const all = occurrences(recurrence, from, to, 10_000).map(({ at }) => at);
          for (const at of all) if (chance(at) === 0) series.contacts.taken.add(at);

          await series.roll();
          for (const day of days) {
            series.clock.advance(day * DAY_MS);
            await series.roll();
          }

          const { taken } = series.contacts;
          expect(sorted(series.bookedTimes)).toEqual(all.filter((at) => !taken.has(at)));
          expect(sorted([...series.store.skips.keys()])).toEqual(sorted([...taken]));
        },
      ),
      { numRuns: 25 },
    );
  });
});
