import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RocketArrival } from '#common/domain';
import { isUnavailable } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { faster } from '../../rockets/testing/arrivals.js';
import { OpenedStores } from './testing/opened-stores.js';
import { SilentLink } from './testing/silent-link.js';
import { exploded, foldOf, insist, NEVER_MS, trackOf } from './testing/store-questions.js';

/** Long enough for a statement on a loaded machine. */
const SHORT_MS = 4_000;

const stores = new OpenedStores();

beforeAll(() => stores.start());
afterAll(() => stores.stop());
beforeEach(() => stores.empty());
afterEach(() => stores.close());

describe('a PostgresRocketStore that loses its PostgreSQL', () => {
  it('fails while PostgreSQL refuses it, and goes on when it is back', async () => {
    const store = await stores.open();
    await store.take(faster('a', 1));
    const admin = new pg.Client({ connectionString: process.env['TEST_DATABASE_URL'] });
    await admin.connect();
    const allow = (isAllowed: boolean) =>
      admin.query(`ALTER DATABASE ${databaseName()} ALLOW_CONNECTIONS ${isAllowed}`);
    try {
      await allow(false);
      await stores.breakConnections();
      await until(async () => {
        const fault: unknown = await store.take(faster('a', 2)).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(fault).not.toBeNull();
      });
      await until(() => expect(store.find(['a'])).rejects.toBeInstanceOf(Error), 60_000);
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

  it('does not doubt what PostgreSQL has refused', async () => {
    const store = await stores.open({ queryMsMax: 30_000 });
    await store.take(faster('a', 1));
    const locker = new pg.Client({ connectionString: stores.database.url });
    await locker.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE rocket_messages IN SHARE MODE');
      for (const refused of [faster('a', 2), exploded('a', 3, 'X')])
        await expect(store.take(refused)).rejects.toMatchObject({ code: '55P03' });
    } finally {
      await locker.end();
    }
    await insist(store, faster('a', 2));
    await insist(store, exploded('a', 3, 'X'));

    const writers = 'SELECT DISTINCT writer FROM rocket_messages';
    expect((await stores.source.query(writers)) as unknown[]).toHaveLength(1);
    expect(await trackOf(store, 'a')).toMatchObject({ taken: { lowWater: 3, count: 3 } });
  });

  it('forgets nothing and counts nothing twice when connections break', async () => {
    const nodes = [await stores.open(), await stores.open()];
    const arrivals = Array.from({ length: 600 }, (_, nr) =>
      nr % 50 === 49 ? exploded('a', nr + 1, `${nr}`) : faster('a', nr + 1, nr),
    );
    let isOver = false;
    const nemesis = (async () => {
      for (let strikes = 0; strikes < 200 && !isOver; strikes += 1) await stores.breakConnections();
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
