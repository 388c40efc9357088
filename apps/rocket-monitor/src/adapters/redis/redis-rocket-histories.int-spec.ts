import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RocketArrival, RocketEvent, RocketFact } from '#common/domain';
import { TestRedis } from '../../../../../test/support/redis.js';
import {
  describeRocketHistories,
  type RestartableStore,
} from '../../rockets/rocket-histories.contract.js';
import type { RocketStore } from '../../rockets/rocket-store.port.js';
import { message } from '../../rockets/testing/arrivals.js';
import { MemoryRocketStore } from '../memory/memory-rocket.store.js';
import { factsOf, OpenedStores, type PublishedFact } from './testing/opened-stores.js';

const MAX = Number.MAX_SAFE_INTEGER;

const texts = fc.constantFrom('', 'A', 'B', 'é"\\\n');
const speeds = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(MAX, -MAX, MAX - 1));
const events: fc.Arbitrary<RocketEvent> = fc.oneof(
  fc.record({
    type: fc.constant('RocketLaunched' as const),
    model: texts,
    launchSpeed: speeds,
    mission: texts,
  }),
  fc.record({ type: fc.constant('RocketSpeedIncreased' as const), by: speeds }),
  fc.record({ type: fc.constant('RocketSpeedDecreased' as const), by: speeds }),
  fc.record({ type: fc.constant('RocketMissionChanged' as const), newMission: texts }),
  fc.record({ type: fc.constant('RocketExploded' as const), reason: fc.constantFrom('X', 'Y') }),
);
const times = fc.constantFrom(
  '2022-02-02T19:39:05.86337+01:00',
  '2022-02-02T18:39:05.863370001Z',
  '2022-02-02T18:39:05.863370Z',
  '2022-02-02T19:39:05.123456789+01:00',
  '1969-07-20T20:17:40.00000Z',
);
const numbers = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 600 }),
  fc.integer({ min: MAX - 4, max: MAX }),
);
const messages = fc.record({ channel: fc.constantFrom('a', 'b'), number: numbers, times, events });
/** Each arrival is a message of a few, so that true repetitions come as well as conflicts. */
const histories = fc
  .array(messages, { minLength: 1, maxLength: 25 })
  .chain((few) => fc.array(fc.constantFrom(...few), { minLength: 1, maxLength: 40 }));

describe('histories of rockets', () => {
  let redis: TestRedis;
  const stores = new OpenedStores();

  beforeAll(async () => {
    redis = await TestRedis.start();
  });

  afterAll(() => redis.stop());

  afterEach(() => stores.close());

  /** Empty stores, and what the one in memory publishes. */
  async function openBoth() {
    const published: PublishedFact[] = [];
    const publish = (channel: string, fact: RocketFact): void =>
      void published.push({ channel, fact });
    const limits = { channelsMax: 10, historyMax: 10_000 };
    return {
      inRedis: await stores.open(redis),
      inMemory: new MemoryRocketStore({ ...limits, events: { publish } }),
      published,
    };
  }

  const read = ({ channel, number, times: text, events: event }: Arrival): RocketArrival =>
    message(channel, number, event, text);

  /** All that it tells of the channels. */
  async function known(store: RocketStore) {
    const query = { by: 'arrival', after: null, limit: 100 } as const;
    return {
      tracks: await store.find(['a', 'b']),
      histories: [await store.history('a', query), await store.history('b', query)],
    };
  }

  async function open(prefix: string = randomUUID()): Promise<RestartableStore> {
    return {
      store: await stores.open(redis, { prefix }),
      async restart() {
        stores.close();
        return open(prefix);
      },
    };
  }

  describeRocketHistories(() => open(), { runs: 100, longEvery: 25 });

  it('end as in memory, after every delivery', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { inRedis, inMemory, published } = await openBoth();
        for (const next of history.map(read)) {
          expect(await inRedis.take(next)).toEqual(await inMemory.take(next));
          expect(await known(inRedis)).toEqual(await known(inMemory));
        }
        expect(await inRedis.channels()).toEqual(await inMemory.channels());
        expect(await factsOf(inRedis)).toEqual(published);
        stores.close();
      }),
      { numRuns: 40 },
    );
  });

  it('end as in memory when messages come together', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { inRedis, inMemory, published } = await openBoth();
        const arrivals = history.map(read);
        const outcomes = await Promise.all(arrivals.map((next) => inRedis.take(next)));

        expect(outcomes).toEqual(await Promise.all(arrivals.map((next) => inMemory.take(next))));
        expect(await known(inRedis)).toEqual(await known(inMemory));
        expect(await factsOf(inRedis)).toEqual(published);
        stores.close();
      }),
      { numRuns: 60 },
    );
  });
});

type Arrival = typeof messages extends fc.Arbitrary<infer T> ? T : never;
