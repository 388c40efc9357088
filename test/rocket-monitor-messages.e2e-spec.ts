import { lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROCKET_MESSAGE } from '#common/contracts';
import {
  type Bus,
  DeadLetteredError,
  DeadLetters,
  envelope,
  InProcessBus,
} from '#common/messaging';
import { SystemClock } from '#common/platform';
import {
  RabbitUnderTest,
  sharedRabbitmqUrl,
} from '../libs/common/src/messaging/testing/rabbit-under-test.js';
import { TestRedis } from './support/redis.js';
import { RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';
import { until } from './support/until.js';

const faster = (number: number, by: number, channel = 'falcon') =>
  rocketMessage(number, 'RocketSpeedIncreased', { by }, { channel });
const BAD = { ...faster(2, 1), version: 2 };

const send = (bus: Bus, body: object): Promise<unknown> =>
  lastValueFrom(bus.client().emit<unknown>(ROCKET_MESSAGE, envelope(ROCKET_MESSAGE, body)), {
    defaultValue: undefined,
  });

describe('messages of rockets on the bus in one process', () => {
  let bus: InProcessBus;
  let monitor: RocketMonitorUnderTest;

  beforeEach(async () => {
    bus = new InProcessBus();
    monitor = await RocketMonitorUnderTest.start({ ROCKET_CHANNELS_MAX: 1 }, bus);
  });

  afterEach(async () => {
    await monitor.close();
    await bus.close();
  });

  it('are taken as by HTTP, once per number', async () => {
    await send(bus, faster(1, 500));
    await send(bus, faster(1, 500));
    expect(await monitor.post(faster(1, 500))).toMatchObject({ status: 204 });
    await send(bus, faster(2, 3_000));

    expect(await monitor.json('/rockets/falcon')).toMatchObject({ speed: 3_500, duplicates: 2 });
  });

  it.each([BAD, {}, { metadata: [], message: null }, { a: 'x'.repeat(40_000) }])(
    'are refused and kept where they do not fit: %.50j',
    async (body) => {
      await expect(send(bus, body)).rejects.toThrow(DeadLetteredError);

      expect(await monitor.json('/rejected')).toMatchObject([
        { body: JSON.stringify(body).slice(0, 4_096) },
      ]);
      expect(bus.health()).toMatchObject({ dead_letters: 1 });
      expect(await monitor.json('/list')).toEqual([]);
    },
  );

  it('are no dead letters for a limit: they can come again', async () => {
    await send(bus, faster(1, 500));

    await expect(send(bus, faster(1, 500, 'atlas'))).rejects.toThrow('takes no new one');
    expect(bus.health()).toMatchObject({ dead_letters: 0 });
    expect(await monitor.json('/rejected')).toEqual([]);
  });
});

describe('messages of rockets on RabbitMQ', () => {
  let rabbit: RabbitUnderTest;
  let monitor: RocketMonitorUnderTest;

  beforeEach(async () => {
    rabbit = await RabbitUnderTest.make();
  });

  afterEach(async () => {
    await monitor.close();
    await rabbit.raw.deleteAll(rabbit.topology, ['rocket-monitor']);
    await rabbit.close();
  });

  it('are taken, or dead letters that are kept among the rejected', async () => {
    const bus = await rabbit.bus();
    monitor = await RocketMonitorUnderTest.start({}, bus);
    for (const body of [faster(1, 500), BAD, faster(1, 500), faster(2, 3_000)])
      await send(bus, body);

    await until(async () => {
      const rocket = await monitor.json('/rockets/falcon');
      expect(rocket).toMatchObject({ speed: 3_500, messages_taken: 2, duplicates: 1 });
    });
    await until(async () => {
      expect(await monitor.json('/rejected')).toMatchObject([{ body: JSON.stringify(BAD) }]);
    });
    const letters = await DeadLetters.open(sharedRabbitmqUrl(), new SystemClock(), rabbit.topology);
    await until(async () => {
      expect(await letters.list('rocket-monitor', 10)).toMatchObject([
        { type: ROCKET_MESSAGE, reason: expect.stringContaining('version is not a known field') },
      ]);
    });
    await letters.close();
  });

  it('wait for a store that is away', async () => {
    const redis = await TestRedis.start({ appendfsync: 'always' });
    try {
      const bus = await rabbit.bus();
      monitor = await RocketMonitorUnderTest.start({}, bus, redis.url);
      await redis.kill();
      await send(bus, faster(1, 500));
      await send(bus, BAD);
      await redis.restart();

      await until(async () => {
        expect(await monitor.json('/state/falcon')).toMatchObject({ speed: 500 });
        expect(await monitor.json('/rejected')).toMatchObject([{ body: JSON.stringify(BAD) }]);
      });
    } finally {
      await redis.stop();
    }
  });
});
