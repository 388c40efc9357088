import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import type { Publisher } from '../bus.js';
import type { Envelope } from '../envelope.js';
import type { RabbitPublisher } from './rabbit.publisher.js';
import type { RabbitRequests } from './rabbit.requests.js';

/** The way out: events are safe at the broker when `emit` completes. The bus owns the connection. */
export class RabbitClient extends ClientProxy {
  constructor(
    private readonly events: Publisher,
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
    await this.events.publish(packet.data as Envelope);
    return undefined as T;
  }
}
