import type { Channel, Options } from 'amqplib';
import { ConfigError } from '#common/platform';
import { DELIVERY_LIMIT } from '../delivery.policy.js';

/** The exchange of the ground segment; a test takes a name of its own. */
export const GROUND = 'ground';
/** Messages that wait for one app. A publisher is refused above it, and keeps its outbox. */
export const QUEUE_LENGTH_MAX = 100_000;
export const QUEUE_BYTES_MAX = 256 * 1024 * 1024;
/** A question is of use only as long as somebody waits for its answer. */
export const REQUEST_LIFE_MS = 5_000;
const REQUEST_QUEUE_LENGTH_MAX = 1_000;
/** The questions to an app that is gone for so long find no queue, and fail at once. */
const REQUEST_QUEUE_LIFE_MS = 60_000;
/** Looking at dead letters counts as a delivery, and newer brokers drop after 20 unless told. */
const DEAD_LETTER_DELIVERY_LIMIT = 1_000_000;

/** What one app reads from. */
export interface AppQueues {
  /** Events and commands: safe on disk, delivered until handled. */
  readonly messages: string;
  readonly requests: string;
  /** What the app could not handle, for people to look at. */
  readonly dead: string;
}

/** Which keys one app handles. */
export interface AppKeys {
  readonly events: readonly string[];
  readonly requests: readonly string[];
}

/**
 * All that exists on the broker, in one place: every process declares just this, so no two can
 * disagree about it. A key that an app no longer handles stays bound: during a rolling update an
 * older and a newer process of the app share its queue. Its messages become dead letters, which
 * shows, until somebody unbinds the key.
 */
export class Topology {
  readonly exchange: string;
  readonly deadExchange: string;

  constructor(name = GROUND) {
    this.exchange = name;
    this.deadExchange = `${name}.dead`;
  }

  queues(app: string): AppQueues {
    const messages = `${this.exchange}.${app}`;
    return { messages, requests: `${messages}.requests`, dead: `${messages}.dead` };
  }

  /** @throws {ConfigError} something of the name exists with other settings. */
  async declareExchanges(channel: Channel): Promise<void> {
    try {
      await channel.assertExchange(this.exchange, 'topic', { durable: true });
      await channel.assertExchange(this.deadExchange, 'direct', { durable: true });
    } catch (fault) {
      throw mismatch(fault) ?? fault;
    }
  }

  /** @throws {ConfigError} as `declareExchanges`. */
  async declare(channel: Channel, app: string, keys: AppKeys): Promise<AppQueues> {
    const queues = this.queues(app);
    await this.declareExchanges(channel);
    try {
      await channel.assertQueue(queues.dead, deadLetterQueue());
      await channel.bindQueue(queues.dead, this.deadExchange, app);
      await channel.assertQueue(queues.messages, messageQueue(this.deadExchange, app));
      await channel.assertQueue(queues.requests, requestQueue());
    } catch (fault) {
      throw mismatch(fault) ?? fault;
    }
    for (const key of keys.events) await channel.bindQueue(queues.messages, this.exchange, key);
    for (const key of keys.requests) await channel.bindQueue(queues.requests, this.exchange, key);
    return queues;
  }
}

/** Replicated, on disk, counted deliveries; what is given up is handed over, never dropped. */
const messageQueue = (deadExchange: string, app: string): Options.AssertQueue => ({
  durable: true,
  arguments: {
    'x-queue-type': 'quorum',
    'x-delivery-limit': DELIVERY_LIMIT,
    'x-dead-letter-exchange': deadExchange,
    'x-dead-letter-routing-key': app,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
    'x-max-length': QUEUE_LENGTH_MAX,
    'x-max-length-bytes': QUEUE_BYTES_MAX,
  },
});

const deadLetterQueue = (): Options.AssertQueue => ({
  durable: true,
  arguments: {
    'x-queue-type': 'quorum',
    'x-delivery-limit': DEAD_LETTER_DELIVERY_LIMIT,
    'x-overflow': 'reject-publish',
    'x-max-length': QUEUE_LENGTH_MAX,
    'x-max-length-bytes': QUEUE_BYTES_MAX,
  },
});

/** Nothing here outlives its asker, so nothing is worth a copy or a dead letter. */
const requestQueue = (): Options.AssertQueue => ({
  durable: true,
  arguments: {
    'x-queue-type': 'classic',
    'x-expires': REQUEST_QUEUE_LIFE_MS,
    'x-message-ttl': REQUEST_LIFE_MS,
    'x-overflow': 'reject-publish',
    'x-max-length': REQUEST_QUEUE_LENGTH_MAX,
  },
});

const PRECONDITION_FAILED = 406;

function mismatch(fault: unknown): ConfigError | null {
  if (!(fault instanceof Error) || !('code' in fault) || fault.code !== PRECONDITION_FAILED)
    return null;
  const reason = /"PRECONDITION_FAILED - (.*)"/.exec(fault.message)?.[1] ?? fault.message;
  return new ConfigError(
    `RabbitMQ holds something of our name that was made with other settings: ${reason}. ` +
      'Empty and delete it, or name another virtual host in RABBITMQ_URL.',
    { cause: fault },
  );
}
