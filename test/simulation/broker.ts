import { PATTERN_METADATA } from '@nestjs/microservices/constants.js';
import {
  Bus,
  type BusServer,
  type Envelope,
  type Publisher,
  UnroutableError,
} from '#common/messaging';
import type { PartHealth } from '#common/platform';
import type { Life } from './host.js';
import type { World } from './world.js';

const HELD_UP_MICROS_MAX = 1_500_000;
const NOBODY_THERE_MICROS = 50_000;
const AGAIN_MICROS = 100_000;
const CANCELLED_MICROS_MAX = 800_000;

type Handler = (data: unknown) => Promise<unknown>;

/** One app's way in. */
interface Consumer {
  readonly app: string;
  readonly life: Life;
  readonly handlers: ReadonlyMap<string, Handler>;
  isCancelled: boolean;
}

/** A message in the queue of one app, until it is acknowledged. */
interface Delivery {
  readonly app: string;
  readonly envelope: Envelope;
  /** Who has it now; none while it waits. */
  consumer: Consumer | null;
}

/**
 * A broker as bad as one may be that loses nothing it has confirmed: it redelivers, reorders, holds
 * messages up, and cancels consumers while their handlers run.
 */
export class Broker {
  readonly #bindings = new Map<string, Set<string>>();
  readonly #consumers = new Set<Consumer>();
  readonly #queued = new Set<Delivery>();

  constructor(private readonly world: World) {}

  get queuedCount(): number {
    return this.#queued.size;
  }

  /** The queue of an app stays, with its bindings, when its consumers go. */
  consume(app: string, life: Life, controllers: readonly object[]): void {
    const handlers = new Map(controllers.flatMap(handlersOf));
    for (const key of handlers.keys()) {
      const apps = this.#bindings.get(key) ?? new Set();
      this.#bindings.set(key, apps.add(app));
    }
    this.#consumers.add({ app, life, handlers, isCancelled: false });
  }

  /** @throws {UnroutableError} */
  publish(envelope: Envelope): void {
    const apps = this.#bindings.get(envelope.type);
    if (!apps) throw new UnroutableError(envelope.type);
    this.world.judge.starts.published(envelope);
    for (const app of apps) {
      const delivery = { app, envelope, consumer: null };
      this.#queued.add(delivery);
      this.#deliverSoon(delivery, this.#delayMicros());
    }
  }

  /** The process is gone: what it had not acknowledged comes again. */
  forget(life: Life): void {
    for (const consumer of this.#consumers)
      if (consumer.life === life) {
        this.#consumers.delete(consumer);
        this.#requeue(consumer);
      }
  }

  #delayMicros(): number {
    const { chaos, dice } = this.world;
    return this.world.happens('heldUp') ? dice.below(HELD_UP_MICROS_MAX) : chaos.latencyMicros();
  }

  #deliverSoon(delivery: Delivery, delayMicros: number): void {
    this.world.loop.after(delayMicros, () => this.#deliver(delivery));
  }

  #deliver(delivery: Delivery): void {
    if (!this.#queued.has(delivery) || delivery.consumer) return;
    const there = [...this.#consumers].filter(
      ({ app, isCancelled }) => app === delivery.app && !isCancelled,
    );
    if (there.length === 0) return this.#deliverSoon(delivery, NOBODY_THERE_MICROS);
    const consumer = this.world.dice.pick(there);
    delivery.consumer = consumer;
    this.world.note(() => `${consumer.life.name} takes ${describe(delivery)}`);
    if (this.world.happens('cancelled')) this.#cancel(consumer);
    if (this.world.mutant === 'ack before commit') this.#queued.delete(delivery);
    const handler = consumer.handlers.get(delivery.envelope.type)!;
    handler(delivery.envelope.data).then(
      () => this.#acknowledged(delivery, consumer),
      () => this.#refused(delivery, consumer),
    );
  }

  /** Unless someone else has it by now. */
  #acknowledged(delivery: Delivery, consumer: Consumer): void {
    if (delivery.consumer !== consumer) return;
    if (this.world.happens('redelivered')) return this.#refused(delivery, consumer);
    this.#queued.delete(delivery);
  }

  #refused(delivery: Delivery, consumer: Consumer): void {
    if (delivery.consumer !== consumer) return;
    delivery.consumer = null;
    this.#deliverSoon(delivery, AGAIN_MICROS);
  }

  #cancel(consumer: Consumer): void {
    this.world.note(() => `${consumer.life.name} is cancelled by the broker`);
    consumer.isCancelled = true;
    this.#requeue(consumer);
    this.world.loop.after(this.world.dice.below(CANCELLED_MICROS_MAX), () => {
      consumer.isCancelled = false;
    });
  }

  #requeue(consumer: Consumer): void {
    for (const delivery of this.#queued)
      if (delivery.consumer === consumer) {
        delivery.consumer = null;
        this.#deliverSoon(delivery, this.#delayMicros());
      }
  }
}

/** The bus as one process sees it. */
export class SimulatedBus extends Bus {
  constructor(
    private readonly broker: Broker,
    private readonly life: Life,
  ) {
    super();
  }

  server(): BusServer {
    throw new Error('Consumers are connected to the broker itself');
  }

  publisher(): Publisher {
    return {
      publish: (message) =>
        this.life.call(`publishes ${message.type}`, () => this.broker.publish(message)),
    };
  }

  client(): never {
    throw new Error('Nothing is asked over this bus');
  }

  health(): PartHealth {
    return { status: 'up' };
  }

  async close(): Promise<void> {}
}

type Method = (this: object, data: unknown) => Promise<unknown>;
const METHODS = new WeakMap<object, readonly (readonly [string, Method])[]>();

/** By the patterns that Nest would bind: a new handler of a consumer takes part by itself. */
function handlersOf(controller: object): [string, Handler][] {
  const prototype = Object.getPrototypeOf(controller) as Record<string, Method>;
  const methods = METHODS.get(prototype) ?? methodsOf(prototype);
  METHODS.set(prototype, methods);
  return methods.map(([key, method]) => [key, async (data) => method.call(controller, data)]);
}

const methodsOf = (prototype: Record<string, Method>): (readonly [string, Method])[] =>
  Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method = prototype[name]!;
    const keys = (Reflect.getMetadata(PATTERN_METADATA, method) ?? []) as string[];
    return keys.map((key) => [key, method] as const);
  });

const describe = ({ envelope: { type, data } }: Delivery): string =>
  `${type} ${(data as { contact_id?: string }).contact_id?.slice(-2) ?? ''}`;
