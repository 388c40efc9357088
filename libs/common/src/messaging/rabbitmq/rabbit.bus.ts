import type { ClientProxy } from '@nestjs/microservices';
import { type Clock, type PartHealth, SystemClock } from '#common/platform';
import { Bus, type Publisher } from '../bus.js';
import { DeliveryCounts } from './delivery-counts.js';
import type { RabbitCarrier } from './rabbit.carrier.js';
import { RabbitEvents } from './rabbit.events.js';
import { RabbitClient } from './rabbit.client.js';
import { RabbitConnection } from './rabbit.connection.js';
import { RabbitPublisher } from './rabbit.publisher.js';
import { RabbitRequests } from './rabbit.requests.js';
import { RabbitServer } from './rabbit.server.js';
import { Topology } from './topology.js';

const BOOT_MS_MAX = 30_000;
/** Far below the half hour after which the broker closes the channel over a delivery. */
const HANDLER_MS_MAX = 30_000;
/** Before the second to the fifth delivery: long enough for a database to come back. */
const REDELIVERY_DELAYS_MS = [100, 500, 2_500, 10_000] as const;

export interface RabbitBusOptions {
  /** amqp://user:password@host:port/vhost */
  readonly url: string;
  /** Which process this is, in the broker's lists. */
  readonly processName?: string;
  readonly topology?: Topology;
  readonly clock?: Clock;
  readonly bootMsMax?: number;
  readonly confirmMsMax?: number;
  readonly handlerMsMax?: number;
  readonly redeliveryDelaysMs?: readonly number[];
}

/**
 * The bus where apps are processes: RabbitMQ keeps each message on disk until the app that it is
 * for has handled it, and outlives any of them.
 */
export class RabbitBus extends Bus {
  readonly #production: RabbitConnection;
  readonly #consumption: RabbitConnection;
  readonly #publisher: RabbitPublisher;
  readonly #requests: RabbitRequests;
  readonly #servers = new Set<RabbitServer>();
  readonly #carrier: RabbitCarrier;
  readonly #bootMsMax: number;

  private constructor(options: RabbitBusOptions) {
    super();
    const { url, processName = 'perigee', confirmMsMax } = options;
    const { clock = new SystemClock(), topology = new Topology() } = options;
    this.#bootMsMax = options.bootMsMax ?? BOOT_MS_MAX;
    this.#production = new RabbitConnection({ url, clock, name: `${processName} out` });
    this.#consumption = new RabbitConnection({ url, clock, name: `${processName} in` });
    this.#requests = new RabbitRequests(topology.exchange, clock);
    this.#publisher = new RabbitPublisher({
      connection: this.#production,
      clock,
      ...(confirmMsMax !== undefined && { confirmMsMax }),
      setUp: async (channel) => {
        await topology.declareExchanges(channel);
        await this.#requests.listen(channel);
      },
      onLost: () => this.#requests.failAll('The connection to RabbitMQ broke'),
    });
    this.#carrier = {
      consumption: this.#consumption,
      publisher: this.#publisher,
      topology,
      clock,
      bootMsMax: this.#bootMsMax,
      handlerMsMax: options.handlerMsMax ?? HANDLER_MS_MAX,
      redeliveryDelaysMs: options.redeliveryDelaysMs ?? REDELIVERY_DELAYS_MS,
      onServerClosed: (server) => void this.#servers.delete(server),
    };
  }

  /** @throws {ConfigError} that names host and port, when there is no broker in time. */
  static async connect(options: RabbitBusOptions): Promise<RabbitBus> {
    const bus = new RabbitBus(options);
    try {
      await bus.#open();
      return bus;
    } catch (fault) {
      await bus.close();
      throw fault;
    }
  }

  server(app: string): RabbitServer {
    const server = new RabbitServer(app, this.#carrier);
    this.#servers.add(server);
    return server;
  }

  publisher(): Publisher {
    return new RabbitEvents(this.#carrier.topology.exchange, this.#publisher);
  }

  client(): ClientProxy {
    return new RabbitClient(this.publisher(), this.#publisher, this.#requests);
  }

  health(): PartHealth {
    const servers = [...this.#servers];
    const deadLetterCount = servers.reduce((sum, server) => sum + server.deadLetterCount, 0);
    const blocked = this.#production.blockedReason;
    return {
      status: this.#status(deadLetterCount),
      carrier: 'rabbitmq',
      is_connected: this.#production.isConnected && this.#consumption.isConnected,
      ...(blocked !== null && { blocked }),
      without_consumer: servers.filter(({ isConsuming }) => !isConsuming).map(({ app }) => app),
      unconfirmed: this.#publisher.unconfirmedCount,
      unconfirmed_in_time: this.#publisher.lateCount,
      deliveries: DeliveryCounts.sum(servers.map(({ counts }) => counts)),
      dead_letters: deadLetterCount,
    };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server.close();
    this.#requests.failAll('The bus is closed');
    await this.#publisher.close();
    await Promise.all([this.#production.close(), this.#consumption.close()]);
  }

  #status(deadLetterCount: number): PartHealth['status'] {
    const isReading = [...this.#servers].every(({ isConsuming }) => isConsuming);
    const isWriting = this.#publisher.isOpen && this.#production.blockedReason === null;
    if (!isReading || !isWriting) return 'down';
    return deadLetterCount > 0 || this.#publisher.lateCount > 0 ? 'degraded' : 'up';
  }

  async #open(): Promise<void> {
    await Promise.all([
      this.#production.open(this.#bootMsMax),
      this.#consumption.open(this.#bootMsMax),
    ]);
    await this.#publisher.open(this.#bootMsMax);
  }
}
