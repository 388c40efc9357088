import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newTrack, readMessageTime, receive, type RocketTrack, statusOf } from '#common/domain';
import { LAUNCH, message } from '../testing/arrivals.js';
import { listRockets, type RocketFilter } from './rocket-list.js';
import {
  comparePlaces,
  placeOf,
  ROCKET_SORTS,
  type RocketPlace,
  SORT_ORDERS,
} from './rocket-order.js';
import { SUMMARY_GROUPS_MAX, summaryOf } from './fleet-summary.js';

const texts = fc.constantFrom('', 'a', 'B', 'é', '\u{1F680}', '\uFFFD', '__proto__');
const times = fc.constantFrom(
  '2022-02-02T19:39:05.000000001Z',
  '2022-02-02T19:39:05.000000002Z',
  '2022-02-02T20:39:05.000000001+01:00',
  '2022-02-02T19:39:05Z',
);

/** Tracks of any content, each of a channel of its own. */
const fleets = fc
  .uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 12 })
  .chain((channels) => fc.tuple(...channels.map((channel) => trackOf(channel))));

const trackOf = (channel: string): fc.Arbitrary<RocketTrack> =>
  fc
    .record({
      model: texts,
      mission: texts,
      time: times,
      numbers: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1 }),
      isExploded: fc.boolean(),
      rejectedCount: fc.nat({ max: 2 }),
    })
    .map(({ model, mission, time, numbers, isExploded, rejectedCount }) => {
      const launch = { ...LAUNCH, model, mission };
      const explosion = { type: 'RocketExploded', reason: 'X' } as const;
      const track = numbers.reduce((before, number) => {
        const event = number === 6 && isExploded ? explosion : launch;
        return receive(before, message(channel, number, event, time)).track;
      }, newTrack(channel));
      return { ...track, rejectedCount };
    });

const sorts = fc.constantFrom(...ROCKET_SORTS);
const orders = fc.constantFrom(...SORT_ORDERS);

describe('the list of rockets', () => {
  it('has every rocket once over all its pages, in order', () => {
    fc.assert(
      fc.property(
        fleets,
        sorts,
        orders,
        fc.integer({ min: 1, max: 5 }),
        (fleet, sort, order, limit) => {
          const seen: RocketPlace[] = [];
          for (;;) {
            // What a client hands back has been JSON in between.
            const after = JSON.parse(JSON.stringify(seen.at(-1) ?? null)) as RocketPlace | null;
            const page = listRockets(fleet, { sort, order, filter: {}, after, limit });
            seen.push(...page.map(({ key, channel }) => ({ key, channel })));
            if (page.length < limit) break;
          }

          const all = fleet.map((track) => placeOf(track, sort)).toSorted(comparePlaces(order));
          expect(seen).toEqual(all.map(({ key, channel }) => ({ key, channel })));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('shows no rocket twice and loses none when those before it change', () => {
    const at = (channel: string, speed: number) =>
      receive(
        newTrack(channel),
        message(channel, 1, { ...LAUNCH, launchSpeed: speed } as typeof LAUNCH),
      ).track;
    const query = { sort: 'speed', order: 'asc', filter: {}, limit: 2 } as const;
    const first = listRockets([at('a', 1), at('b', 2), at('c', 3)], { ...query, after: null });
    const rest = listRockets([at('b', 2), at('c', 3), at('d', 2), at('e', 0)], {
      ...query,
      after: first.at(-1) ?? null,
    });

    expect(first.map(({ channel }) => channel)).toEqual(['a', 'b']);
    expect(rest.map(({ channel }) => channel)).toEqual(['d', 'c']);
  });

  it('orders by the instant, not by its text', () => {
    const at = (channel: string, time: string) =>
      receive(newTrack(channel), message(channel, 1, LAUNCH, time)).track;
    const fleet = [
      at('late', '2022-02-02T19:39:05.000000002Z'),
      at('early', '2022-02-02T20:39:05.000000001+01:00'),
    ];
    const query = {
      sort: 'latest_update',
      order: 'asc',
      filter: {},
      after: null,
      limit: 9,
    } as const;

    expect(listRockets(fleet, query).map(({ channel }) => channel)).toEqual(['early', 'late']);
    expect(readMessageTime('2022-02-02T19:39:05.000000002Z')?.nanoseconds).toBe(2);
  });

  it('shows those that pass every filter', () => {
    const values = fc.option(fc.uniqueArray(texts, { maxLength: 2 }), { nil: undefined });
    const filters = fc.record({
      status: fc.option(fc.subarray(['unknown', 'flying', 'exploded'] as const), {
        nil: undefined,
      }),
      type: values,
      mission: values,
      complete: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fleets, filters, (fleet, filter: RocketFilter) => {
        const found = listRockets(fleet, {
          sort: 'channel',
          order: 'asc',
          filter,
          after: null,
          limit: 99,
        });
        const expected = fleet.filter(
          ({ rocket, taken }) =>
            (filter.status?.includes(statusOf(rocket)) ?? true) &&
            (filter.type?.includes(rocket.model) ?? true) &&
            (filter.mission?.includes(rocket.mission) ?? true) &&
            (filter.complete ?? taken.ranges.length === 0) === (taken.ranges.length === 0),
        );

        expect(new Set(found.map(({ track }) => track))).toEqual(new Set(expected));
      }),
    );
  });
});

describe('the summary of all rockets', () => {
  const launched = (channel: string, model: string) =>
    receive(newTrack(channel), message(channel, 1, { ...LAUNCH, model } as typeof LAUNCH)).track;

  it('counts every rocket in each way', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const { byStatus, byType, byMission, ...totals } = summaryOf(fleet);
        for (const { groups, otherCount } of [byStatus, byType, byMission])
          expect(groups.reduce((sum, { count }) => sum + count, otherCount)).toBe(fleet.length);
        for (const { name, count } of byType.groups)
          expect(count).toBe(fleet.filter(({ rocket }) => rocket.model === name).length);
        expect(totals.rocketCount).toBe(fleet.length);
      }),
    );
  });

  it('tells the largest groups, and how many rockets are in others', () => {
    const models = Array.from({ length: SUMMARY_GROUPS_MAX + 5 }, (_, nr) => `model ${nr}`);
    const fleet = [...models, 'model 7', '__proto__', '__proto__', '__proto__'].map((model, nr) =>
      launched(`${nr}`, model),
    );
    const { groups, otherCount } = summaryOf(fleet).byType;

    expect(groups.slice(0, 2)).toEqual([
      { name: '__proto__', count: 3 },
      { name: 'model 7', count: 2 },
    ]);
    expect([groups.length, otherCount]).toEqual([SUMMARY_GROUPS_MAX, 6]);
  });
});
