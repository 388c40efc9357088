import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  contentOf,
  HISTORY_PAGE_NUMBERS,
  newTrack,
  type RocketArrival,
  speedValue,
  withMessage,
} from '#common/domain';
import { isUnavailable } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { faster, LAUNCH, message } from '../../rockets/testing/arrivals.js';
import type { PostgresRocketStore } from './postgres-rocket.store.js';
import { OpenedStores } from './testing/opened-stores.js';
import { SilentLink } from './testing/silent-link.js';

const stores = new OpenedStores();

beforeAll(() => stores.start());
afterAll(() => stores.stop());
beforeEach(() => stores.empty());
afterEach(() => stores.close());

const exploded = (channel: string, number: number, reason: string): RocketArrival =>
  message(channel, number, { type: 'RocketExploded', reason });

const NEVER_MS = 3_600_000;
/** Long enough for a statement on a loaded machine. */
const SHORT_MS = 4_000;

const trackOf = async (store: PostgresRocketStore, channel: string) =>
  (await store.find([channel]))[0];

const allOf = (store: PostgresRocketStore) => store.list({ after: '', limit: 1_000 });

/** What the messages come to, however they came. */
const foldOf = (channel: string, arrivals: readonly RocketArrival[]) =>
  arrivals.reduce(withMessage, newTrack(channel));

/** As rockets do: again and again until it is taken. */
async function insist(store: PostgresRocketStore, arrival: RocketArrival): Promise<string> {
  let outcome = '';
  await until(async () => {
    outcome = (await store.take(arrival)).outcome;
  }, 60_000);
  return outcome;
}

/** Breaks every connection of every store. */
const breakConnections = (): Promise<unknown> =>
  stores.source.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'perigee-rocket-monitor'
       AND pid <> pg_backend_pid()`,
  );

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

    await breakConnections();
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
    const nodes = [await stores.open(), await stores.open()];
    const arrivals = Array.from({ length: 40 }, (_, nr) =>
      exploded('a', nr + 1, `reason ${nr + 1}`),
    );
    await Promise.all(arrivals.flatMap((arrival) => nodes.map((node) => node.take(arrival))));

    const reasons = (await stores.published()).map(({ fact }) =>
      fact.type === 'exploded' ? Number(fact.reason.slice('reason '.length)) : 0,
    );
    expect(reasons).toEqual([...new Set(reasons)].toSorted((a, b) => a - b));
    expect(reasons.at(-1)).toBe(40);
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

  it('forget nothing and count nothing twice when their connections break', async () => {
    const nodes = [await stores.open(), await stores.open()];
    const arrivals = Array.from({ length: 600 }, (_, nr) =>
      nr % 50 === 49 ? exploded('a', nr + 1, `${nr}`) : faster('a', nr + 1, nr),
    );
    let isOver = false;
    const nemesis = (async () => {
      for (let strikes = 0; strikes < 200 && !isOver; strikes += 1) await breakConnections();
    })();
    const sent: Promise<string>[] = [];
    for (let at = 0; at < arrivals.length; at += 20) {
      const some = arrivals.slice(at, at + 20);
      sent.push(...some.map((arrival, nr) => insist(nodes[nr % 2]!, arrival)));
      await Promise.all(sent);
    }
    isOver = true;
    await nemesis;

    const [{ rocket, taken }] = [foldOf('a', arrivals)];
    for (const node of nodes)
      await until(async () => expect(await trackOf(node, 'a')).toMatchObject({ rocket, taken }));
    expect(await trackOf(await stores.open(), 'a')).toMatchObject({ rocket, taken });
  });
});

describe('a PostgresRocketStore', () => {
  it('fails while PostgreSQL refuses it, and goes on when it is back', async () => {
    const store = await stores.open();
    await store.take(faster('a', 1));
    const admin = new pg.Client({ connectionString: process.env['TEST_DATABASE_URL'] });
    await admin.connect();
    const allow = (isAllowed: boolean) =>
      admin.query(`ALTER DATABASE ${databaseName()} ALLOW_CONNECTIONS ${isAllowed}`);
    try {
      await allow(false);
      await breakConnections();
      await until(async () => {
        const fault: unknown = await store.take(faster('a', 2)).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(fault).not.toBeNull();
      });
      await until(() => expect(store.find(['a'])).rejects.toThrow(), 60_000);
      expect(await store.health()).toMatchObject({ status: 'down' });
    } finally {
      await allow(true);
      await admin.end();
    }
    expect(await insist(store, faster('a', 2))).toMatch(/new|duplicate/);
    expect(await trackOf(store, 'a')).toMatchObject({ taken: { lowWater: 2 } });
    await until(async () => expect(await store.health()).toMatchObject({ status: 'up' }), 60_000);
  });

  const databaseName = (): string => new URL(stores.database.url).pathname.slice(1);

  it('finds out what became of a message whose answer stayed out', async () => {
    const link = await SilentLink.open(new URL(stores.database.url));
    const store = await stores.open({ url: link.url, queryMsMax: SHORT_MS, pollMs: NEVER_MS });
    const silently = async (arrival: RocketArrival): Promise<void> => {
      link.isSilent = true;
      const fault: unknown = await store.take(arrival).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      link.isSilent = false;
      expect(isUnavailable(fault)).toBe(true);
    };
    try {
      await insist(store, faster('a', 1));
      await silently(faster('a', 2));
      await silently(exploded('a', 3, 'X'));
      const rows = (await stores.source.query('SELECT FROM rocket_messages')) as unknown[];
      // One statement is one transaction; one of several is not ended without an answer.
      expect(rows).toHaveLength(2);

      await until(
        async () => expect(await trackOf(store, 'a')).toMatchObject({ taken: { lowWater: 2 } }),
        60_000,
      );
      expect(await insist(store, faster('a', 2))).toBe('duplicate');
      expect(await insist(store, exploded('a', 3, 'X'))).toBe('new');
      expect(await trackOf(store, 'a')).toMatchObject({ taken: { lowWater: 3, count: 3 } });
    } finally {
      await stores.close();
      await link.close();
    }
  });

  it('takes no channel over its limit, but goes on with those it has', async () => {
    const store = await stores.open({ channelsMax: 2 });
    const answers = await Promise.allSettled(
      ['a', 'b', 'c'].map((channel) => store.take(faster(channel, 1))),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(answers[2]).toMatchObject({ reason: { code: 'ROCKET_STORE_FULL' } });
    expect(await store.take(faster('b', 2))).toMatchObject({ outcome: 'new' });
    expect(await store.channels()).toEqual(['a', 'b']);
    expect(await store.health()).toMatchObject({ status: 'degraded', channels: 2 });
  });

  it('starts from the checkpoints, and needs none', async () => {
    const store = await stores.open();
    const end = HISTORY_PAGE_NUMBERS;
    const arrivals = Array.from({ length: end + 20 }, (_, nr) =>
      nr === 0 ? message('a', 1, LAUNCH) : faster('a', nr + 1, nr),
    );
    await Promise.all(arrivals.toSpliced(end + 5, 2).map((arrival) => store.take(arrival)));
    const before = await trackOf(store, 'a');
    expect(await trackOf(await stores.open(), 'a')).toEqual(before);

    const { rocket } = foldOf('a', arrivals.slice(0, end));
    await store.keepCheckpoint('a', { through: end, rocket });
    await stores.source.query('DELETE FROM rocket_messages WHERE number < $1', [end]);
    const again = await stores.open();
    expect(await trackOf(again, 'a')).toEqual(before);
    for (const arrival of arrivals.slice(end + 5, end + 7)) await again.take(arrival);
    expect(await trackOf(again, 'a')).toMatchObject(foldOf('a', arrivals));
  });
});
