import { type Channel, type ChannelModel, connect, type GetMessage, type Options } from 'amqplib';
import { SystemClock } from '#common/platform';
import type { Topology } from '../rabbitmq/topology.js';
import { within } from '../rabbitmq/within.js';

const GOODBYE_MS_MAX = 1_000;

/** The broker as a stranger may use it: without our rules. */
export class RawRabbit {
  private constructor(private readonly model: ChannelModel) {}

  static async open(url: string): Promise<RawRabbit> {
    const model = await connect(url);
    model.on('error', () => undefined);
    return new RawRabbit(model);
  }

  /** A channel per question, as the broker closes it over each refusal. */
  async on<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.model.createChannel();
    channel.on('error', () => undefined);
    try {
      return await work(channel);
    } finally {
      await channel.close().catch(() => undefined);
    }
  }

  send(exchange: string, key: string, body: string, properties: Options.Publish = {}) {
    return this.on(async (channel) => {
      channel.publish(exchange, key, Buffer.from(body), properties);
    });
  }

  messageCount(queue: string): Promise<number> {
    return this.on(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  /** Takes one out for good. */
  take(queue: string): Promise<GetMessage | false> {
    return this.on((channel) => channel.get(queue, { noAck: true }));
  }

  delete(queue: string) {
    return this.on((channel) => channel.deleteQueue(queue));
  }

  async deleteAll(topology: Topology, apps: readonly string[]): Promise<void> {
    for (const app of apps)
      for (const queue of Object.values<string>({ ...topology.queues(app) }))
        await this.delete(queue);
    await this.on((channel) => channel.deleteExchange(topology.exchange));
    await this.on((channel) => channel.deleteExchange(topology.deadExchange));
  }

  /** The library waits for ever for the goodbye of a broker that was killed meanwhile. */
  async close(): Promise<void> {
    const goodbye = this.model.close().catch(() => undefined);
    await within(new SystemClock(), GOODBYE_MS_MAX, goodbye).catch(() => undefined);
  }
}
