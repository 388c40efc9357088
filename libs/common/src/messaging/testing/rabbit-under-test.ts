import { randomUUID } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { lastValueFrom } from 'rxjs';
import type { Bus } from '../bus.js';
import { envelope } from '../envelope.js';
import { RabbitBus, type RabbitBusOptions } from '../rabbitmq/rabbit.bus.js';
import { Topology } from '../rabbitmq/topology.js';
import { listenOn } from './bus-apps.js';
import { RawRabbit } from './raw-rabbit.js';

/** The broker of the test run, which tests share: none may hurt it. */
export function sharedRabbitmqUrl(): string {
  const url = process.env['TEST_RABBITMQ_URL'];
  if (url === undefined || url === '') throw new Error('TEST_RABBITMQ_URL names no broker');
  return url;
}

/** Buses and apps on names of their own, and a way to the broker behind their back. */
export class RabbitUnderTest {
  readonly topology = new Topology(`test-${randomUUID()}`);
  readonly #apps: { readonly name: string; readonly app: INestApplication }[] = [];
  readonly #buses: Bus[] = [];

  private constructor(
    private readonly url: string,
    readonly raw: RawRabbit,
  ) {}

  static async make(url = sharedRabbitmqUrl()): Promise<RabbitUnderTest> {
    return new RabbitUnderTest(url, await RawRabbit.open(url));
  }

  async bus(options: Partial<RabbitBusOptions> = {}): Promise<RabbitBus> {
    const { url, topology } = this;
    const bus = await RabbitBus.connect({ url, topology, redeliveryDelaysMs: [20], ...options });
    this.#buses.push(bus);
    return bus;
  }

  async app(bus: Bus, name: string, module: new () => object): Promise<INestApplication> {
    const app = await listenOn(bus, name, module);
    this.#apps.push({ name, app });
    return app;
  }

  /** An event as an app would send it. */
  publish(bus: Bus, type: string, data: object): Promise<unknown> {
    const sending = bus.client().emit<unknown>(type, envelope(type, data));
    return lastValueFrom(sending, { defaultValue: undefined });
  }

  /** For a broker that goes away with all that it holds. */
  async leave(): Promise<void> {
    for (const { app } of this.#apps) await app.close();
    for (const bus of this.#buses) await bus.close();
    await this.raw.close();
  }

  async close(): Promise<void> {
    for (const { app } of this.#apps) await app.close();
    for (const bus of this.#buses) await bus.close();
    const names = new Set(this.#apps.map(({ name }) => name));
    await this.raw.deleteAll(this.topology, [...names]);
    await this.raw.close();
  }
}
