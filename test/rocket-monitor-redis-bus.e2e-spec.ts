import { Controller, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROCKET_EXPLODED, RocketExplodedDto } from '#common/contracts';
import { BUS, InProcessBus } from '#common/messaging';
import { EventPayload } from '#common/platform';
import { TestRedis } from './support/redis.js';
import { RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';
import { until } from './support/until.js';

const heard: RocketExplodedDto[] = [];

/** Another app that wants to know of explosions. */
@Controller()
class Listener {
  @EventPattern(ROCKET_EXPLODED, BUS)
  exploded(@EventPayload() event: RocketExplodedDto): void {
    heard.push(event);
  }
}

class ListenerModule {}

const exploded = (channel: string, reason = 'X') =>
  rocketMessage(1, 'RocketExploded', { reason }, { channel });

describe('the events of rocket monitors on Redis', () => {
  let redis: TestRedis;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    heard.length = 0;
    redis = await TestRedis.start({ appendfsync: 'always' });
  });

  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    await redis.stop();
  });

  /** A bus of its own, with somebody who listens or nobody. */
  async function monitorOnBus(isHeard: boolean): Promise<RocketMonitorUnderTest> {
    const bus = new InProcessBus();
    ends.push(() => bus.close());
    if (isHeard) {
      const module = { module: ListenerModule, controllers: [Listener] };
      const listener: INestMicroservice = await NestFactory.createMicroservice<MicroserviceOptions>(
        module,
        { strategy: bus.server('listener'), logger: false },
      );
      await listener.listen();
      ends.push(() => listener.close());
    }
    const monitor = await RocketMonitorUnderTest.start({}, bus, redis.url);
    ends.push(() => monitor.close());
    return monitor;
  }

  const waiting = async (monitor: RocketMonitorUnderTest) =>
    (await monitor.json('/health/ready')) as { details: { bus: object } };

  it('are told, whichever monitor takes the message', async () => {
    const monitors = [await monitorOnBus(true), await monitorOnBus(true)];
    for (const [nr, monitor] of monitors.entries()) {
      await monitor.post(exploded(`rocket ${nr}`));
      await monitor.post(exploded(`rocket ${nr}`));
    }

    await until(async () => {
      for (const monitor of monitors)
        expect((await waiting(monitor)).details.bus).toMatchObject({ events_waiting: 0 });
    });
    expect(new Set(heard.map(({ channel }) => channel))).toEqual(new Set(['rocket 0', 'rocket 1']));
  });

  it('outlive the monitor that could not tell them, and Redis', async () => {
    const unheard = await monitorOnBus(false);
    await until(async () =>
      expect([200, 204]).toContain((await unheard.post(exploded('falcon', 'Y'))).status),
    );
    await until(async () =>
      expect((await waiting(unheard)).details.bus).toMatchObject({ events_waiting: 1 }),
    );
    await ends.pop()?.();
    await redis.kill();
    await redis.restart();

    await monitorOnBus(true);
    await until(() => expect(heard).toContainEqual({ channel: 'falcon', reason: 'Y' }));
  });
});
