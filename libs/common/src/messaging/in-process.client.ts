import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import type { Publisher } from './bus.js';
import type { Envelope } from './envelope.js';

/** What carries its packets, as JSON. */
interface Carrier extends Publisher {
  request(key: string, packet: string): Promise<string>;
}

/** The way out on the in-process bus. */
export class InProcessClient extends ClientProxy {
  constructor(private readonly carrier: Carrier) {
    super();
  }

  async connect(): Promise<void> {}

  close(): void {}

  unwrap<T>(): T {
    return this.carrier as unknown as T;
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    let isWanted = true;
    this.carrier.request(packet.pattern as string, JSON.stringify(packet.data)).then(
      (reply) => isWanted && callback({ response: JSON.parse(reply), isDisposed: true }),
      (err: unknown) => isWanted && callback({ err }),
    );
    return () => {
      isWanted = false;
    };
  }

  protected async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    return (await this.carrier.publish(packet.data as Envelope)) as T;
  }
}
