import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import type { Envelope } from '../envelope.js';
import type { RabbitPublisher } from './rabbit.publisher.js';
import type { RabbitRequests } from './rabbit.requests.js';

/** The way out: events are safe at the broker when `emit` completes. The bus owns the connection. */
export class RabbitClient extends ClientProxy {
  constructor(
    private readonly exchange: string,
    private readonly publisher: RabbitPublisher,
    private readonly requests: RabbitRequests,
  ) {
    super();
  }

  async connect(): Promise<void> {}

  close(): void {}

  unwrap<T>(): T {
    return this.publisher as unknown as T;
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    let isWanted = true;
    this.requests.ask(this.publisher, packet.pattern as string, packet.data).then(
      (response) => isWanted && callback({ response, isDisposed: true }),
      (err: unknown) => isWanted && callback({ err }),
    );
    return () => {
      isWanted = false;
    };
  }

  protected async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const message = packet.data as Envelope;
    await this.publisher.publish({
      exchange: this.exchange,
      key: packet.pattern as string,
      content: Buffer.from(JSON.stringify(message)),
      properties: {
        messageId: message.id,
        type: message.type,
        timestamp: Math.floor(Date.parse(message.time) / 1_000),
        contentType: 'application/json',
        persistent: true,
      },
    });
    return undefined as T;
  }
}
