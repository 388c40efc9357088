import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentOf, HISTORY_PAGE_NUMBERS } from '#common/domain';
import { describeRocketStore } from '../../rockets/rocket-store.contract.js';
import { faster, LAUNCH, message } from '../../rockets/testing/arrivals.js';
import { CONTENT_BYTES_MAX, LogConnections } from './log-connections.js';
import { replayLog } from './log-replay.js';
import { OpenedStores } from './testing/opened-stores.js';
import { foldOf, trackOf } from './testing/store-questions.js';

const stores = new OpenedStores();

beforeAll(() => stores.start());
afterAll(() => stores.stop());
afterEach(() => stores.close());

describeRocketStore(async () => {
  await stores.empty();
  return { store: await stores.open(), published: () => stores.published() };
});

describe('a PostgresRocketStore', () => {
  beforeEach(() => stores.empty());

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

  it('comes to the same from the checkpoints, from all of the log, and in its life', async () => {
    const store = await stores.open();
    const channels = ['a', 'b', 'c'];
    const length = 2 * HISTORY_PAGE_NUMBERS + 50;
    const arrivals = channels.flatMap((channel) =>
      Array.from({ length }, (_, nr) =>
        nr === 0 ? message(channel, 1, LAUNCH) : faster(channel, nr + 1, nr),
      ).filter(({ number }) => channel !== 'b' || number % 9 !== 0),
    );
    for (let at = 0; at < arrivals.length; at += 1_000)
      await Promise.all(arrivals.slice(at, at + 1_000).map((arrival) => store.take(arrival)));
    for (const through of [HISTORY_PAGE_NUMBERS, 2 * HISTORY_PAGE_NUMBERS]) {
      const known = arrivals.filter(({ channel, number }) => channel === 'a' && number <= through);
      await store.keepCheckpoint('a', { through, rocket: foldOf('a', known).rocket });
    }
    await stores.source.query('ANALYZE rocket_messages');

    const expected = await store.list({ after: '', limit: 9 });
    const connections = new LogConnections({ url: stores.database.url, max: 2, isDurable: false });
    try {
      const replays = [
        { usesCheckpoints: false },
        { usesCheckpoints: true },
        { usesCheckpoints: true, indexCost: 0 },
      ].map((options) => replayLog(connections, options));
      const [all, whole, tails] = await Promise.all(replays);
      for (const replayed of [all, whole, tails]) expect([...replayed!.tracks]).toEqual(expected);
      expect(all!.messageCount).toBe(arrivals.length);
      expect(tails!.messageCount).toBe(arrivals.length - 2 * HISTORY_PAGE_NUMBERS);
    } finally {
      await connections.end();
    }
  });

  it('reads more large messages than one answer holds', async () => {
    await stores.empty();
    const following = await stores.open();
    const channels = ['a', 'b', 'c'];
    const size = 1_000;
    // They take little room in the table, where equal letters are made short.
    const event = { type: 'RocketMissionChanged', newMission: 'x'.repeat(12_000) } as const;
    const content = contentOf(message('a', 1, event));
    for (const channel of channels)
      await stores.source.query(
        `INSERT INTO rocket_messages (channel, number, received_at, kind, writer, content)
         SELECT $1, nr, nr, 2, 0, $2 FROM generate_series(1, ${size}) AS nr`,
        [channel, content],
      );
    expect(channels.length * size * content.length).toBeGreaterThan(2 * CONTENT_BYTES_MAX);

    const all = channels.map(() => ({ taken: { lowWater: size, count: size } }));
    expect(await following.find(channels)).toMatchObject(all);
    const connections = new LogConnections({ url: stores.database.url, max: 4, isDurable: false });
    try {
      for (const options of [
        { usesCheckpoints: false },
        { usesCheckpoints: true, indexCost: -1 },
      ]) {
        const { tracks, messageCount } = await replayLog(connections, options);
        expect([...tracks]).toMatchObject(all);
        expect(messageCount).toBe(channels.length * size);
      }
    } finally {
      await connections.end();
    }
  });
});
