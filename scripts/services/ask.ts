import { askPostgresql } from './postgresql.js';
import { askRabbitmq } from './rabbitmq.js';
import { askRedis } from './redis-question.js';
import type { ServiceName } from './service.js';

/** Whether the server behind the address does its work. Rejects with what is wrong. */
export const ASK: Readonly<Record<ServiceName, (url: string) => Promise<void>>> = {
  postgresql: askPostgresql,
  redis: askRedis,
  rabbitmq: askRabbitmq,
};
