import { Logger } from '@nestjs/common';
import type { Channel } from 'amqplib';
import type { Clock } from '#common/platform';
import { RabbitDelivery } from './rabbit.delivery.js';
import { within } from './within.js';

const CANCEL_MS_MAX = 1_000;
/** Below the deadline of the whole process, so that there is time left to say goodbye. */
const DRAIN_MS_MAX = 6_000;

/** Takes the deliveries of one queue, and knows which of them are still under way. */
export class RabbitIntake {
  readonly #logger = new Logger(RabbitIntake.name);
  readonly #running = new Set<Promise<void>>();
  readonly #wakes = new Set<() => void>();
  #consumerTag: string | null = null;
  #isClosing = false;

  constructor(
    private readonly clock: Clock,
    private readonly handle: (delivery: RabbitDelivery) => Promise<void>,
  ) {}

  /** `onCancel`: the queue was deleted, or has no leader; nothing more comes on this channel. */
  async open(channel: Channel, queue: string, onCancel: () => void): Promise<void> {
    const { consumerTag } = await channel.consume(queue, (message) =>
      message === null ? onCancel() : this.#take(new RabbitDelivery(channel, message)),
    );
    this.#consumerTag = consumerTag;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Waits, but no longer than until the drain. */
  pause(delayMs: number): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancelTimer();
        this.#wakes.delete(wake);
        resolve();
      };
      const cancelTimer = this.clock.after(delayMs, wake);
      this.#wakes.add(wake);
    });
  }

  /** No further delivery, then the end of those under way; whatever hangs is delivered again. */
  async drain(channel: Channel | null): Promise<void> {
    this.#isClosing = true;
    for (const wake of this.#wakes) wake();
    const tag = this.#consumerTag;
    if (channel !== null && tag !== null)
      await within(this.clock, CANCEL_MS_MAX, channel.cancel(tag)).catch(() => undefined);
    await within(this.clock, DRAIN_MS_MAX, Promise.all(this.#running)).catch(() =>
      this.#logger.warn(`${this.#running.size} handlers did not end in time`),
    );
  }

  #take(delivery: RabbitDelivery): void {
    if (this.#isClosing) return delivery.retry();
    const running = this.#settled(delivery).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Whatever happens, the broker gets its answer. */
  async #settled(delivery: RabbitDelivery): Promise<void> {
    try {
      await this.handle(delivery);
    } catch (fault) {
      this.#logger.error({ message: 'A delivery was not dealt with', fault });
    }
    delivery.retry();
  }
}
