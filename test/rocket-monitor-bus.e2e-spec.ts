import { Controller, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ROCKET_EXPLODED,
  ROCKET_GET,
  ROCKET_LAUNCHED,
  ROCKET_MISSION_CHANGED,
  RocketExplodedDto,
  RocketLaunchedDto,
  RocketMissionChangedDto,
} from '#common/contracts';
import { BUS, InProcessBus } from '#common/messaging';
import { EventPayload } from '#common/platform';
import { LAUNCH, RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';
import { until } from './support/until.js';

const heard: [string, object][] = [];

/** Another app that wants to know everything of rockets. */
@Controller()
class Listener {
  @EventPattern(ROCKET_LAUNCHED, BUS)
  launched(@EventPayload() event: RocketLaunchedDto): void {
    heard.push([ROCKET_LAUNCHED, event]);
  }

  @EventPattern(ROCKET_EXPLODED, BUS)
  exploded(@EventPayload() event: RocketExplodedDto): void {
    heard.push([ROCKET_EXPLODED, event]);
  }

  @EventPattern(ROCKET_MISSION_CHANGED, BUS)
  missionChanged(@EventPayload() event: RocketMissionChangedDto): void {
    heard.push([ROCKET_MISSION_CHANGED, event]);
  }
}

class ListenerModule {}

describe('the rocket monitor on a bus', () => {
  let bus: InProcessBus;
  let listener: INestMicroservice;
  let monitor: RocketMonitorUnderTest;

  beforeEach(async () => {
    heard.length = 0;
    bus = new InProcessBus();
    const module = { module: ListenerModule, controllers: [Listener] };
    listener = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      strategy: bus.server('listener'),
      logger: false,
    });
    await listener.listen();
    monitor = await RocketMonitorUnderTest.start({}, bus);
  });

  afterEach(async () => {
    await monitor.close();
    await listener.close();
    await bus.close();
  });

  const channel = 'falcon';
  const exploded = (number: number, reason: string) =>
    rocketMessage(number, 'RocketExploded', { reason }, { channel });
  const ask = (asked: string): Promise<unknown> =>
    firstValueFrom(bus.client().send(ROCKET_GET, { channel: asked }).pipe(timeout(5_000)));

  it('tells what becomes known, once, and a better reason again', async () => {
    await monitor.postAll([
      exploded(5, 'X'),
      exploded(5, 'X'),
      rocketMessage(1, 'RocketLaunched', LAUNCH, { channel }),
      rocketMessage(2, 'RocketSpeedIncreased', { by: 5 }, { channel }),
      exploded(4, 'Y'),
      rocketMessage(3, 'RocketMissionChanged', { newMission: 'GEMINI' }, { channel }),
      exploded(6, 'Z'),
    ]);

    const events = [
      [ROCKET_EXPLODED, { channel, reason: 'X' }],
      [ROCKET_LAUNCHED, { channel, type: 'Falcon-9', mission: 'ARTEMIS' }],
      [ROCKET_MISSION_CHANGED, { channel, mission: 'GEMINI' }],
      [ROCKET_EXPLODED, { channel, reason: 'Z' }],
    ];
    await until(() => {
      expect(heard).toHaveLength(events.length);
    });
    expect(heard).toEqual(expect.arrayContaining(events));
  });

  it('answers what is known of a rocket', async () => {
    expect(await ask(channel)).toEqual({ channel, is_known: false, exploded_reason: '' });

    await monitor.post(rocketMessage(1, 'RocketLaunched', LAUNCH, { channel }));
    expect(await ask(channel)).toEqual({ channel, is_known: true, exploded_reason: '' });

    await monitor.post(exploded(2, 'X'));
    expect(await ask(channel)).toEqual({ channel, is_known: true, exploded_reason: 'X' });
  });

  it('is healthy', async () => {
    expect(await monitor.json('/health/ready')).toMatchObject({
      status: 'ok',
      details: { bus: { status: 'up', events_waiting: 0 } },
    });
  });
});
