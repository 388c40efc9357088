import { Injectable, Logger } from '@nestjs/common';
import { Clock, FaultLog } from '#common/platform';
import type { PacketFrame } from '../archive/packet-frame.js';

/** A packet that was taken a moment ago; it may not be stored yet. */
export interface TakenPacket extends PacketFrame {
  readonly shipId: number;
  readonly shipName: string;
  readonly contactId: string;
  readonly definition: string;
}

export type TakenListener = (packet: TakenPacket) => void;

/**
 * Hands taken packets to those who watch: limits, live feeds. A ship that nobody watches costs one
 * look per batch. Listeners must be quick, and their faults are theirs.
 */
@Injectable()
export class SampleFeed {
  readonly #all = new Set<TakenListener>();
  readonly #byShip = new Map<string, Set<TakenListener>>();
  readonly #faults: FaultLog;

  constructor(clock: Clock) {
    this.#faults = new FaultLog(new Logger(SampleFeed.name), clock);
  }

  wants(shipName: string): boolean {
    return this.#all.size > 0 || this.#byShip.has(shipName);
  }

  /** `packet` is the listener's to keep. Never throws: the datagrams behind it must be counted. */
  offer(packet: TakenPacket): void {
    for (const listener of this.#all) this.#tell(listener, packet);
    for (const listener of this.#byShip.get(packet.shipName) ?? []) this.#tell(listener, packet);
  }

  /** Of one ship, or of all. Gives the way to stop. */
  watch(shipName: string | null, listener: TakenListener): () => void {
    if (shipName === null) {
      this.#all.add(listener);
      return () => void this.#all.delete(listener);
    }
    const listeners = this.#byShip.get(shipName) ?? new Set();
    this.#byShip.set(shipName, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#byShip.delete(shipName);
    };
  }

  #tell(listener: TakenListener, packet: TakenPacket): void {
    try {
      listener(packet);
    } catch (fault) {
      this.#faults.note('A listener has failed at a packet', fault);
    }
  }
}
