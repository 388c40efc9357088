import type { Publisher } from '../bus.js';
import type { Envelope } from '../envelope.js';
import type { RabbitPublisher } from './rabbit.publisher.js';

/** Messages on their way to the exchange: safe at the broker when they are published. */
export class RabbitEvents implements Publisher {
  constructor(
    private readonly exchange: string,
    private readonly publisher: RabbitPublisher,
  ) {}

  publish(message: Envelope): Promise<void> {
    return this.publisher.publish({
      exchange: this.exchange,
      key: message.type,
      content: Buffer.from(JSON.stringify(message)),
      properties: {
        messageId: message.id,
        type: message.type,
        timestamp: Math.floor(Date.parse(message.time) / 1_000),
        contentType: 'application/json',
        persistent: true,
      },
    });
  }
}
