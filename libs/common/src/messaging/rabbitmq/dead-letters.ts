import type { ConfirmChannel, GetMessage } from 'amqplib';
import type { Clock } from '#common/platform';
import { FAULT_HEADER, plain } from './dead-letter.office.js';
import { RabbitConnection } from './rabbit.connection.js';
import { Topology } from './topology.js';
import { within } from './within.js';

const CONNECT_MS_MAX = 10_000;
const CONFIRM_MS_MAX = 10_000;

/** What an app could not handle, and why. */
export interface DeadLetter {
  readonly app: string;
  readonly id: string;
  readonly type: string;
  /** By the app's handler; or the broker's word for it, such as `delivery_limit`. */
  readonly reason: string;
  readonly content: string;
}

/** For people: looks at dead letters, and sends them to their app once more. */
export class DeadLetters {
  private constructor(
    private readonly connection: RabbitConnection,
    private readonly topology: Topology,
    private readonly clock: Clock,
  ) {}

  static async open(url: string, clock: Clock, topology = new Topology()): Promise<DeadLetters> {
    const connection = new RabbitConnection({ url, clock, name: 'perigee dead letters' });
    await connection.open(CONNECT_MS_MAX);
    return new DeadLetters(connection, topology, clock);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** The oldest ones; they stay where they are. Empty for an app that never was on this broker. */
  list(app: string, limit: number): Promise<DeadLetter[]> {
    return this.#onChannel(async (channel) => {
      const letters: DeadLetter[] = [];
      for await (const message of this.#waiting(channel, app, limit))
        letters.push(letterOf(app, message));
      return letters;
    });
  }

  /**
   * Hands the oldest ones back to the app alone, with the id that they had. One is a dead letter
   * until the app's queue has it safe, so a crash in between may send it twice, never lose it.
   */
  redrive(app: string, limit: number): Promise<number> {
    return this.#onChannel(async (channel) => {
      let count = 0;
      for await (const message of this.#waiting(channel, app, limit)) {
        await this.#sendAgain(channel, this.topology.queues(app).messages, message);
        channel.ack(message);
        count += 1;
      }
      return count;
    });
  }

  /** No more than there are now: what fails at once and comes back is not taken again. */
  async *#waiting(channel: ConfirmChannel, app: string, limit: number): AsyncGenerator<GetMessage> {
    const { dead } = this.topology.queues(app);
    const count = await this.#count(dead);
    for (let taken = 0; taken < Math.min(count, limit); taken += 1) {
      const message = await channel.get(dead);
      if (message === false) return;
      yield message;
    }
  }

  /** A channel of its own: the broker closes it when there is no such queue. */
  #count(queue: string): Promise<number> {
    return this.#onChannel(async (channel) => (await channel.checkQueue(queue)).messageCount).catch(
      () => 0,
    );
  }

  async #sendAgain(channel: ConfirmChannel, queue: string, message: GetMessage): Promise<void> {
    let isReturned = false;
    const noteReturn = (): void => void (isReturned = true);
    channel.once('return', noteReturn);
    const properties = { ...plain(message.properties), persistent: true, mandatory: true };
    channel.sendToQueue(queue, message.content, properties);
    await within(this.clock, CONFIRM_MS_MAX, channel.waitForConfirms());
    channel.off('return', noteReturn);
    if (isReturned) throw new Error(`There is no queue ${queue}`);
  }

  /** What was taken and not acknowledged goes back when the channel closes. */
  async #onChannel<T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const model = await this.connection.ready();
    if (model === null) throw new Error('The connection is closed');
    const channel = await model.createConfirmChannel();
    channel.on('error', () => undefined);
    try {
      return await work(channel);
    } finally {
      await channel.close().catch(() => undefined);
    }
  }
}

function letterOf(app: string, { content, properties }: GetMessage): DeadLetter {
  const { messageId, type, headers } = properties;
  const ours: unknown = headers?.[FAULT_HEADER];
  return {
    app,
    id: String(messageId ?? '-'),
    type: String(type ?? '-'),
    reason: typeof ours === 'string' ? ours : (headers?.['x-first-death-reason'] ?? '-'),
    content: content.toString('utf8'),
  };
}
