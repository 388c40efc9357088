import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import type { InProcessBus } from './in-process.bus.js';

/** The way out on the in-process bus. */
export class InProcessClient extends ClientProxy {
  constructor(private readonly bus: InProcessBus) {
    super();
  }

  async connect(): Promise<void> {}

  close(): void {}

  unwrap<T>(): T {
    return this.bus as unknown as T;
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    let isWanted = true;
    this.bus.request(packet.pattern as string, JSON.stringify(packet.data)).then(
      (reply) => isWanted && callback({ response: JSON.parse(reply), isDisposed: true }),
      (err: unknown) => isWanted && callback({ err }),
    );
    return () => {
      isWanted = false;
    };
  }

  protected async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    return (await this.bus.publish(packet.pattern as string, JSON.stringify(packet.data))) as T;
  }
}
