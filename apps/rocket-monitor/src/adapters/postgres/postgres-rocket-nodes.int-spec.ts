import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentOf, HISTORY_PAGE_NUMBERS, speedValue } from '#common/domain';
import { until } from '../../../../../test/support/until.js';
import { faster, LAUNCH, message } from '../../rockets/testing/arrivals.js';
import type { PostgresRocketStore } from './postgres-rocket.store.js';
import { OpenedStores } from './testing/opened-stores.js';
import { exploded, foldOf, insist, NEVER_MS, trackOf } from './testing/store-questions.js';

const stores = new OpenedStores();

beforeAll(() => stores.start());
afterAll(() => stores.stop());
beforeEach(() => stores.empty());
afterEach(() => stores.close());

const allOf = (store: PostgresRocketStore) => store.list({ after: '', limit: 1_000 });

describe('PostgresRocketStores on one database', () => {
  it('take each number once between them, and each knows all', async () => {
    const nodes = [await stores.open(), await stores.open()];
    const channels = ['a', 'b', 'c'];
    const arrivals = channels.flatMap((channel) =>
      Array.from({ length: 150 }, (_, nr) =>
        nr === 0 ? message(channel, 1, LAUNCH) : faster(channel, nr + 1, nr),
      ),
    );
    const sent = nodes.map((node, nr) =>
      Promise.all((nr === 0 ? arrivals : arrivals.toReversed()).map((next) => node.take(next))),
    );
    const outcomes = (await Promise.all(sent)).flat().map(({ outcome }) => outcome);

    expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(arrivals.length);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(arrivals.length);
    const expected = channels.map((channel) => ({
      ...foldOf(
        channel,
        arrivals.filter((arrival) => arrival.channel === channel),
      ),
      duplicateCount: 150,
    }));
    for (const node of [...nodes, await stores.open()]) expect(await allOf(node)).toEqual(expected);
  });

  it('agree on what a number says when they are told different things', async () => {
    const nodes = [await stores.open(), await stores.open()];
    const taken = await Promise.all(
      Array.from({ length: 100 }, (_, nr) =>
        Promise.all(nodes.map((node, which) => node.take(faster('a', nr + 1, which)))),
      ),
    );

    for (const both of taken)
      expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(['conflict', 'new']);
    const [one, other] = await Promise.all(nodes.map((node) => trackOf(node, 'a')));
    expect(one).toEqual(other);
    expect(one).toMatchObject({ taken: { lowWater: 100 }, conflictCount: 100 });
    const wins = taken.filter(([, second]) => second?.outcome === 'new').length;
    expect(one && speedValue(one.rocket.speed)).toBe(wins);
  });

  it('know at once what was answered by another', async () => {
    const [one, other] = [await stores.open(), await stores.open()];
    for (let number = 1; number <= 50; number += 1) {
      await one.take(faster('a', number));
      expect((await trackOf(other, 'a'))?.taken.lowWater).toBe(number);
      expect((await other.take(faster('a', number))).outcome).toBe('duplicate');
      expect(await trackOf(one, 'a')).toMatchObject({ duplicateCount: number });
    }
    await one.reject({ receivedAtMs: 1, code: 'C', detail: '', channel: 'a', body: '\0' });
    expect(await trackOf(other, 'a')).toMatchObject({ rejectedCount: 1 });
    expect(await other.rejected(1)).toMatchObject([{ body: '\0' }]);
  });

  it('hear of changes without being asked or asking', async () => {
    const one = await stores.open();
    const other = await stores.open({ pollMs: NEVER_MS });
    const heard = new Set<string>();
    other.onChange((channels) => {
      for (const channel of channels ?? []) heard.add(channel);
    });
    await one.take(faster('a', 1));
    await until(() => expect([...heard]).toEqual(['a']), 60_000);

    await stores.breakConnections();
    await insist(one, faster('b', 1));
    await until(() => expect([...heard]).toEqual(['a', 'b']), 60_000);
    await until(async () => expect(await other.health()).toMatchObject({ status: 'up' }), 60_000);
  });

  it('find changes by themselves when nobody tells them', async () => {
    const store = await stores.open();
    const heard: (readonly string[] | null)[] = [];
    store.onChange((channels) => void heard.push(channels));
    const { channel, number, receivedAt } = faster('a', 1);
    await stores.source.query(
      `INSERT INTO rocket_messages (channel, number, received_at, kind, writer, content)
       VALUES ($1, $2, $3, 0, 0, $4)`,
      [channel, number, receivedAt, contentOf(faster('a', 1))],
    );
    await until(() => expect(heard).toEqual([['a']]), 60_000);
  });

  it('are as they were, in whatever order and by whichever node it came, after a start', async () => {
    const numbers = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 });
    let run = 0;
    const nodes = [await stores.open(), await stores.open()];
    await fc.assert(
      fc.asyncProperty(numbers, fc.infiniteStream(fc.nat(1)), async (order, which) => {
        run += 1;
        const channel = `run ${run}`;
        const arrivals = order.map((number) => faster(channel, number, number));
        for (const arrival of arrivals) await nodes[which.next().value]?.take(arrival);
        const expected = {
          ...foldOf(channel, arrivals),
          duplicateCount: order.length - new Set(order).size,
        };

        for (const node of nodes) expect(await trackOf(node, channel)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
    expect(await allOf(await stores.open())).toEqual(await allOf(nodes[0]!));
  });

  it('tell when the mark passes the end of a page, whoever closed the gaps', async () => {
    const [one, other] = [await stores.open(), await stores.open()];
    const page = Array.from({ length: HISTORY_PAGE_NUMBERS }, (_, nr) => faster('a', nr + 1));
    const odd = await Promise.all(
      page.filter((_, nr) => nr % 2 === 0).map((next) => one.take(next)),
    );
    await Promise.all(page.filter((_, nr) => nr % 2 === 1).map((next) => other.take(next)));
    expect(odd.some(({ endsPage }) => endsPage)).toBe(false);

    expect(await trackOf(one, 'a')).toMatchObject({ taken: { lowWater: HISTORY_PAGE_NUMBERS } });
    expect(await one.take(faster('a', HISTORY_PAGE_NUMBERS + 1))).toMatchObject({ endsPage: true });
  });

  it('tell each fact once, and none that is stale', async () => {
    const nodes = [await stores.open(), await stores.open(), await stores.open()];
    const arrivals = Array.from({ length: 150 }, (_, nr) => exploded('a', nr + 1, String(nr + 1)));
    const sent = nodes.map(async (node, which) => {
      // Each has the most to itself, and the rest is sent to all.
      const own = arrivals.filter((_, nr) => nr % nodes.length === which || nr % 10 === 0);
      for (const arrival of own) await node.take(arrival);
    });
    await Promise.all(sent);

    const reasons = (await stores.published()).map(({ fact }) =>
      fact.type === 'exploded' ? Number(fact.reason) : 0,
    );
    expect(reasons).toEqual([...new Set(reasons)].toSorted((a, b) => a - b));
    expect(reasons.at(-1)).toBe(arrivals.length);
  });

  it('know the facts of messages that nobody was told of', async () => {
    const alone = await stores.open({ tellsEvents: false });
    await alone.take(message('a', 5, LAUNCH));
    await alone.take(exploded('a', 7, 'X'));
    expect(await stores.published()).toEqual([]);

    const told = await stores.open();
    await told.take(exploded('a', 6, 'Y'));
    await told.take(exploded('a', 8, 'X'));
    await told.take(message('a', 9, { type: 'RocketMissionChanged', newMission: 'é"\u0007' }));
    expect(await stores.published()).toEqual([
      { channel: 'a', fact: { type: 'mission-changed', mission: 'é"\u0007' } },
    ]);
  });
});
