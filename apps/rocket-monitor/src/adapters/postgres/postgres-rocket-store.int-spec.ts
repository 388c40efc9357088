import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HISTORY_PAGE_NUMBERS } from '#common/domain';
import { describeRocketStore } from '../../rockets/rocket-store.contract.js';
import { faster, LAUNCH, message } from '../../rockets/testing/arrivals.js';
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
});
