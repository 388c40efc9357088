import { Injectable } from '@nestjs/common';
import type { DatagramChannel, DatagramSender } from './datagram-sender.port.js';
import type { StreamTarget } from './stream-targets.js';

/** A network inside the process: what is sent stays readable per target. */
@Injectable()
export class MemoryDatagramSender implements DatagramSender {
  readonly #inboxes = new Map<string, Buffer[]>();
  readonly #unreachable = new Set<string>();
  #isBroken = false;
  openCount = 0;

  /** From now on somebody listens there; returns what arrives. */
  listen(target: StreamTarget): Buffer[] {
    const inbox: Buffer[] = [];
    this.#inboxes.set(keyOf(target), inbox);
    return inbox;
  }

  hangUp(target: StreamTarget): void {
    this.#inboxes.delete(keyOf(target));
  }

  /** From now on no channel can be opened to it. */
  cutOff(target: StreamTarget): void {
    this.#unreachable.add(keyOf(target));
  }

  /** From now on it takes no datagram. */
  breakDown(): void {
    this.#isBroken = true;
  }

  async open(target: StreamTarget): Promise<DatagramChannel> {
    if (this.#unreachable.has(keyOf(target))) throw new Error('The network is unreachable');
    this.openCount += 1;
    return new MemoryChannel(
      () => this.#inboxes.get(keyOf(target)),
      () => this.#isBroken,
      () => (this.openCount -= 1),
    );
  }
}

class MemoryChannel implements DatagramChannel {
  #refusalCount = 0;
  #isOpen = true;

  constructor(
    private readonly inbox: () => Buffer[] | undefined,
    private readonly isBroken: () => boolean,
    private readonly onClose: () => void,
  ) {}

  get refusalCount(): number {
    return this.#refusalCount;
  }

  /** As with UDP, a datagram leaves whether or not somebody listens. */
  async send(datagrams: readonly Buffer[]): Promise<readonly number[]> {
    if (!this.#isOpen || this.isBroken()) return [...datagrams.keys()];
    const inbox = this.inbox();
    if (inbox === undefined) this.#refusalCount += datagrams.length;
    else inbox.push(...datagrams);
    return [];
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.onClose();
  }
}

const keyOf = ({ host, port }: StreamTarget): string => `${host} ${port}`;
