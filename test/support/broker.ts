import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RabbitmqService, startRabbitmq } from '../../scripts/services/rabbitmq.js';

/** A RabbitMQ of a test's own, which it may kill, block and misconfigure. */
export interface Broker extends RabbitmqService {
  /** Evaluates Erlang inside the broker. */
  evaluate(expression: string): Promise<string>;
  /**
   * What was declared is on disk. A kill within seconds of a quorum queue's declaration otherwise
   * leaves RabbitMQ 3.10 with a queue that confirms nothing ever again.
   */
  settle(): Promise<void>;
  /** Stops it and forgets its data. */
  remove(): Promise<void>;
}

export async function aBroker(): Promise<Broker> {
  const folder = await mkdtemp(join(tmpdir(), 'perigee-broker-'));
  const service = await startRabbitmq({ folder });
  return Object.assign(service, {
    evaluate: (expression: string) => service.control('eval', expression),
    settle: async (): Promise<void> => {
      await service.control('eval', 'mnesia:sync_log(), [dets:sync(T) || T <- dets:all()].');
    },
    remove: async (): Promise<void> => {
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  });
}
