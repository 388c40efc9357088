import type { Channel, ConsumeMessage } from 'amqplib';

/**
 * One delivery of one message, settled exactly once: the broker closes the connection of whoever
 * answers twice. On a channel that is gone nothing can be said any more; the broker then delivers
 * again.
 */
export class RabbitDelivery {
  #isSettled = false;

  constructor(
    private readonly channel: Channel,
    readonly message: ConsumeMessage,
  ) {}

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Which delivery of the message this is, as the broker counts them, from 1. */
  get count(): number {
    const earlier: unknown = this.message.properties.headers?.['x-delivery-count'];
    return typeof earlier === 'number' ? earlier + 1 : 1;
  }

  /** Done with: the broker forgets it. */
  ack(): void {
    this.#settle(() => this.channel.ack(this.message));
  }

  /** Not yet: the broker counts it and delivers it again, or gives it up at the limit. */
  retry(): void {
    this.#settle(() => this.channel.nack(this.message, false, true));
  }

  /** Never: the broker makes it a dead letter. */
  reject(): void {
    this.#settle(() => this.channel.nack(this.message, false, false));
  }

  #settle(settle: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    try {
      settle();
    } catch {
      // The channel closed meanwhile: the broker has taken the message back already.
    }
  }
}
