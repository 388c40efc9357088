import { createSocket, type Socket } from 'node:dgram';
import { Injectable } from '@nestjs/common';
import type { DatagramChannel, DatagramSender } from './datagram-sender.port.js';
import type { StreamTarget } from './stream-targets.js';

/** A bind and a connect of UDP ask nobody, so they are done at once or never. */
const OPEN_DEADLINE_MS = 2_000;
/** A send may report the refusal of a datagram before it; that one must then be sent again. */
const ATTEMPTS_MAX = 3;

/** One connected socket per stream: only a connected one hears that nobody listens (ICMP). */
@Injectable()
export class UdpDatagramSender implements DatagramSender {
  async open({ host, port, family }: StreamTarget): Promise<DatagramChannel> {
    const socket = createSocket({ type: family === 'ipv4' ? 'udp4' : 'udp6' });
    const channel = new UdpChannel(socket);
    try {
      await connected(socket, host, port);
    } catch (fault) {
      await channel.close();
      throw fault;
    }
    return channel;
  }
}

function connected(socket: Socket, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The socket does not open')), OPEN_DEADLINE_MS);
    socket.once('error', reject);
    socket.connect(port, host, (fault?: Error) => {
      clearTimeout(timer);
      socket.off('error', reject);
      if (fault) reject(fault);
      else resolve();
    });
  });
}

class UdpChannel implements DatagramChannel {
  #refusalCount = 0;
  #isOpen = true;

  constructor(private readonly socket: Socket) {
    // Without a listener the first refusal would end the process.
    socket.on('error', () => (this.#refusalCount += 1));
  }

  get refusalCount(): number {
    return this.#refusalCount;
  }

  /** By callbacks: three promises per datagram would show at some ten thousand in a second. */
  send(datagrams: readonly Buffer[]): Promise<readonly number[]> {
    const refused: number[] = [];
    return new Promise((resolve) => {
      let place = 0;
      let attempts = 0;
      const goOn = (): void => {
        // One after the other: a datagram that is sent again must not fall behind the next ones.
        if (place < datagrams.length && this.#isOpen) this.socket.send(datagrams[place]!, onDone);
        else resolve([...refused, ...range(place, datagrams.length)]);
      };
      const onDone = (fault: Error | null): void => {
        attempts += 1;
        if (fault !== null) {
          this.#refusalCount += 1;
          if (attempts < ATTEMPTS_MAX && isRefusalOfAnother(fault)) return goOn();
          refused.push(place);
        }
        attempts = 0;
        place += 1;
        goOn();
      };
      goOn();
    });
  }

  close(): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    this.#isOpen = false;
    return new Promise((resolve) => void this.socket.close(resolve));
  }
}

const isRefusalOfAnother = (fault: Error): boolean =>
  'code' in fault && fault.code === 'ECONNREFUSED';

const range = (from: number, end: number): number[] =>
  Array.from({ length: end - from }, (_, index) => from + index);
