import { RpcException } from '@nestjs/microservices';
import type { Channel } from 'amqplib';
import { isUnavailable } from '#common/platform';
import { isHopeless } from '../delivery.errors.js';
import { DELIVERY_LIMIT } from '../delivery.policy.js';
import { HandlerServer } from '../bus.server.js';
import type { Envelope } from '../envelope.js';
import { DeadLetterOffice } from './dead-letter.office.js';
import { DeliveryCounts } from './delivery-counts.js';
import { KeptChannel } from './kept.channel.js';
import { parseEnvelope } from './packet.js';
import type { RabbitCarrier } from './rabbit.carrier.js';
import type { RabbitDelivery } from './rabbit.delivery.js';
import { RabbitIntake } from './rabbit.intake.js';
import { RabbitResponder } from './rabbit.responder.js';
import { QueueWatch } from './queue-watch.js';
import { RecentIds } from './recent-ids.js';
import type { AppKeys, AppQueues } from './topology.js';
import { within } from './within.js';

/** So many messages of a queue are in the app's hands at one time. */
export const PREFETCH_COUNT = 32;
/**
 * Handlers change a state and are idempotent by themselves; this spares them the usual repetition,
 * a message whose acknowledgement was lost. After a restart they see it once more.
 */
const DONE_IDS_MAX = 10_000;
/** How long a message waits in the app's hands for a store; the broker would wait for half an hour. */
const STORE_AWAY_MS_MAX = 300_000;
const STORE_AGAIN_MS_MAX = 1_000;

/**
 * An app's way in from RabbitMQ: acknowledges when the handler is done, gives back what failed, and
 * puts aside with its reason what never will succeed. Each delivery ends in exactly one of these.
 */
export class RabbitServer extends HandlerServer {
  readonly counts = new DeliveryCounts();
  readonly #done = new RecentIds(DONE_IDS_MAX);
  readonly #channel: KeptChannel<Channel>;
  readonly #messages: RabbitIntake;
  readonly #requests: RabbitIntake;
  readonly #responder: RabbitResponder;
  readonly #office: DeadLetterOffice;
  readonly #watch: QueueWatch;

  constructor(
    readonly app: string,
    private readonly carrier: RabbitCarrier,
  ) {
    super();
    const { clock } = carrier;
    this.#channel = new KeptChannel<Channel>({
      connection: carrier.consumption,
      clock,
      create: (model) => model.createChannel(),
      setUp: (channel) => this.#setUp(channel),
      onLost: () => this._status$.next('disconnected'),
    });
    this.#office = new DeadLetterOffice(app, carrier);
    this.#responder = new RabbitResponder(carrier.publisher);
    this.#messages = new RabbitIntake(clock, (delivery) => this.#handle(delivery));
    this.#requests = new RabbitIntake(clock, (delivery) => this.#answer(delivery));
    this.#watch = new QueueWatch(this.#channel, (channel) => this.#declare(channel), clock);
  }

  listen(callback: (fault?: unknown) => void): void {
    this.#channel.open(this.carrier.bootMsMax).then(() => {
      this.#watch.start();
      callback();
    }, callback);
  }

  /** Takes no more, waits for the handlers that run, and answers for them before it leaves. */
  async close(): Promise<void> {
    this.#watch.stop();
    const channel = this.#channel.get();
    await Promise.all([this.#messages.drain(channel), this.#requests.drain(channel)]);
    await this.#channel.close();
    this.carrier.onServerClosed(this);
  }

  get isConsuming(): boolean {
    return this.#channel.get() !== null;
  }

  /** As of the last look, some seconds ago. */
  get deadLetterCount(): number {
    return this.#watch.deadLetterCount;
  }

  on(): never {
    throw new Error('Follow the status, or ask the bus for its health');
  }

  unwrap<T>(): T {
    return this as unknown as T;
  }

  async #setUp(channel: Channel): Promise<void> {
    const queues = await this.#declare(channel);
    await channel.prefetch(PREFETCH_COUNT);
    const renew = (): void => this.#channel.renew('the broker cancelled the consumer');
    await this.#messages.open(channel, queues.messages, renew);
    await this.#requests.open(channel, queues.requests, renew);
    this._status$.next('connected');
  }

  #declare(channel: Channel): Promise<AppQueues> {
    return this.carrier.topology.declare(channel, this.app, this.#keysByKind());
  }

  #keysByKind(): AppKeys {
    const handlers = [...this.getHandlers()];
    const keys = (isEvent: boolean): string[] =>
      handlers.filter(([, handler]) => handler.isEventHandler === isEvent).map(([key]) => key);
    return { events: keys(true), requests: keys(false) };
  }

  async #handle(delivery: RabbitDelivery): Promise<void> {
    let message: Envelope;
    try {
      message = this.#read(delivery);
    } catch (fault) {
      return this.#bury(delivery, fault);
    }
    if (this.#done.has(message.id)) {
      this.counts.duplicate += 1;
      return delivery.ack();
    }
    try {
      await this.#work(message);
    } catch (fault) {
      return this.#failed(delivery, message, fault);
    }
    this.#done.add(message.id);
    this.counts.applied += 1;
    delivery.ack();
  }

  /**
   * While a store is away the message waits here: that is no fault of its own, so it costs none of
   * its deliveries. Else an outage of a quarter of a minute would make dead letters of all that came.
   */
  async #work(message: Envelope): Promise<void> {
    const { clock, handlerMsMax } = this.carrier;
    const giveUpAtMs = clock.monotonicMs() + STORE_AWAY_MS_MAX;
    for (let tries = 1; ; tries += 1) {
      try {
        return await within(clock, handlerMsMax, this.handleMessage(message));
      } catch (fault) {
        const isHere = !this.#messages.isClosing && clock.monotonicMs() < giveUpAtMs;
        if (!isHere || !isUnavailable(fault)) throw fault;
        await this.#messages.pause(Math.min(STORE_AGAIN_MS_MAX, this.#delayMs(tries)));
      }
    }
  }

  #delayMs(failures: number): number {
    const delaysMs = this.carrier.redeliveryDelaysMs;
    return delaysMs[failures - 1] ?? delaysMs.at(-1) ?? 0;
  }

  /** @throws {RpcException} no delivery of it will ever succeed. */
  #read({ message: { content } }: RabbitDelivery): Envelope {
    const message = parseEnvelope(content);
    if (this.getHandlers().get(message.type)?.isEventHandler) return message;
    throw new RpcException(`${this.app} has no handler for ${message.type}`);
  }

  async #failed(delivery: RabbitDelivery, message: Envelope, fault: unknown): Promise<void> {
    if (isHopeless(fault) || delivery.count >= DELIVERY_LIMIT) return this.#bury(delivery, fault);
    this.counts.returned += 1;
    this.logger.warn({
      message: `${this.app} could not handle ${message.type}; it comes again`,
      message_id: message.id,
      delivery: delivery.count,
      fault,
    });
    await this.#messages.pause(this.#delayMs(delivery.count));
    delivery.retry();
  }

  async #bury(delivery: RabbitDelivery, fault: unknown): Promise<void> {
    this.counts.dead += 1;
    await this.#office.bury(delivery, fault);
  }

  async #answer(delivery: RabbitDelivery): Promise<void> {
    const { clock, handlerMsMax } = this.carrier;
    await this.#responder.respond(delivery, async (key, data) => {
      if (this.getHandlers().get(key)?.isEventHandler !== false)
        throw new RpcException(`${this.app} has no answer to ${key}`);
      return within(clock, handlerMsMax, this.answer(key, data));
    });
    delivery.ack();
  }
}
