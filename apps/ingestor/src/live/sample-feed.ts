import { Injectable } from '@nestjs/common';
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

  wants(shipName: string): boolean {
    return this.#all.size > 0 || this.#byShip.has(shipName);
  }

  /** `packet` is the listener's to keep. */
  offer(packet: TakenPacket): void {
    for (const listener of this.#all) listener(packet);
    for (const listener of this.#byShip.get(packet.shipName) ?? []) listener(packet);
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
}
