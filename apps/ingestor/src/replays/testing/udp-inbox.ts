import { createSocket, type Socket } from 'node:dgram';

/** A receiver of datagrams at any free port of this machine. */
export class UdpInbox {
  readonly datagrams: Buffer[] = [];
  readonly #socket: Socket = createSocket('udp4');

  async open(): Promise<number> {
    this.#socket.on('message', (datagram) => this.datagrams.push(datagram));
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }
}
