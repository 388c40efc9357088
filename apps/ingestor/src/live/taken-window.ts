import type { TakenPacket } from './sample-feed.js';

/** Of one contact: at higher rates only the last ones of a window are read. */
export const WINDOW_PACKETS_MAX = 64;
/** Of all contacts together. */
const CONTACTS_MAX = 10_000;

interface Ring {
  readonly packets: TakenPacket[];
  next: number;
}

/** What was taken since somebody looked last, the newest of each contact: to read all would slow the intake down. */
export class TakenWindow {
  #rings = new Map<string, Ring>();

  get isEmpty(): boolean {
    return this.#rings.size === 0;
  }

  add(packet: TakenPacket): void {
    const ring = this.#rings.get(packet.contactId);
    if (!ring) {
      if (this.#rings.size < CONTACTS_MAX)
        this.#rings.set(packet.contactId, { packets: [packet], next: 1 });
      return;
    }
    ring.packets[ring.next] = packet;
    ring.next = (ring.next + 1) % WINDOW_PACKETS_MAX;
  }

  /** In any order; then it is empty. */
  take(): TakenPacket[] {
    const rings = this.#rings;
    this.#rings = new Map();
    return [...rings.values()].flatMap(({ packets }) => packets);
  }
}
