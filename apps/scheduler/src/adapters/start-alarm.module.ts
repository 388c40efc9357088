import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Queue } from 'bull';
import { Clock, ConfigError, SystemClock } from '#common/platform';
import { Outage } from '#common/redis';
import { StartAlarm } from '../starts/start-alarm.port.js';
import { BullConnections } from './bull-connections.js';
import { BullStartAlarm } from './bull-start.alarm.js';
import { NoStartAlarm } from './no-start.alarm.js';
import { QueueBoard } from './queue-board.js';
import { START_QUEUE, StartJobs, startQueueOptions } from './start-jobs.js';

const CLOCK = { provide: Clock, useClass: SystemClock };

/** The alarm of all schedulers together: with a Redis a queue, without one nothing. */
@Module({})
export class StartAlarmModule {
  /** @throws {ConfigError} a board without a Redis to show. */
  static forRoot(redisUrl: string | undefined, { hasBoard = false } = {}): DynamicModule {
    if (hasBoard && redisUrl === undefined)
      throw new ConfigError('SCHEDULER_QUEUE_BOARD shows what is in Redis, so it needs REDIS_URL.');
    return {
      module: StartAlarmModule,
      exports: [StartAlarm],
      ...(redisUrl === undefined ? none() : onRedis(redisUrl, hasBoard)),
    };
  }
}

const none = () => ({
  providers: [{ provide: StartAlarm, useFactory: () => new NoStartAlarm() }],
});

/**
 * The queue is Nest's; the jobs are worked by `BullStartAlarm` itself, because nobody would hear of
 * it when a declared processor could not begin.
 */
function onRedis(redisUrl: string, hasBoard: boolean) {
  const outage = new Outage(BullStartAlarm.name, new SystemClock());
  const connections = new BullConnections(redisUrl, outage);
  return {
    imports: [BullModule.registerQueue({ name: START_QUEUE, ...startQueueOptions(connections) })],
    providers: [
      CLOCK,
      ...(hasBoard ? [QueueBoard] : []),
      {
        provide: BullStartAlarm,
        inject: [getQueueToken(START_QUEUE), Clock],
        useFactory: (queue: Queue, clock: Clock) =>
          new BullStartAlarm({
            jobs: new StartJobs({ queue, connections, outage, clock }),
            outage,
            clock,
          }),
      },
      { provide: StartAlarm, useExisting: BullStartAlarm },
    ],
  };
}
