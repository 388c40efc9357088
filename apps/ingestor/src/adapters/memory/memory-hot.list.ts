import type { VoltageReading } from '#common/contracts';
import { HotList, hotText } from '../../telemetry/hot-list.port.js';

export const HOT_LIST_MAX = 100_000;
/** A full list takes 2 MB of numbers, or 15 MB of texts; the ship that was silent longest goes first. */
export const HOT_SHIPS_MAX = 32;
const FIRST_CAPACITY = 256;

/** The last readings of one ship. Two numbers each; a text only where one was received. */
class Ring {
  #generatedAt = new Float64Array(FIRST_CAPACITY);
  #volts = new Float64Array(FIRST_CAPACITY);
  readonly #texts = new Map<number, string>();
  #start = 0;
  #length = 0;

  constructor(private readonly max: number) {}

  get length(): number {
    return this.#length;
  }

  push({ generatedAt, volts }: VoltageReading, text: string | null): void {
    if (this.#length === this.#volts.length && this.#length < this.max) this.#grow();
    const capacity = Math.min(this.#volts.length, this.max);
    const at = (this.#start + this.#length) % capacity;
    this.#generatedAt[at] = generatedAt;
    this.#volts[at] = volts;
    if (text === null) this.#texts.delete(at);
    else this.#texts.set(at, text);
    if (this.#length < capacity) this.#length += 1;
    else this.#start = (this.#start + 1) % capacity;
  }

  last(count: number): string[] {
    const wanted = Math.min(count, this.#length);
    const capacity = Math.min(this.#volts.length, this.max);
    return Array.from({ length: wanted }, (_, nr) => {
      const at = (this.#start + this.#length - wanted + nr) % capacity;
      const reading = { generatedAt: this.#generatedAt[at]!, volts: this.#volts[at]! };
      return hotText(reading, this.#texts.get(at) ?? null);
    });
  }

  /** It only grows before it wraps, so the order is that of the places. */
  #grow(): void {
    const capacity = Math.min(this.max, this.#volts.length * 2);
    const [generatedAt, volts] = [new Float64Array(capacity), new Float64Array(capacity)];
    generatedAt.set(this.#generatedAt);
    volts.set(this.#volts);
    [this.#generatedAt, this.#volts] = [generatedAt, volts];
  }
}

/** Hot lists in the process, bounded per ship and in ships. */
export class MemoryHotList extends HotList {
  readonly #rings = new Map<string, Ring>();
  #newest: { readonly name: string; readonly ring: Ring } | null = null;

  constructor(
    private readonly listMax = HOT_LIST_MAX,
    private readonly shipsMax = HOT_SHIPS_MAX,
  ) {
    super();
  }

  push(shipName: string, reading: VoltageReading, text: string | null): void {
    const ring = this.#newest?.name === shipName ? this.#newest.ring : this.#bringForward(shipName);
    ring.push(reading, text);
  }

  async last(shipName: string, count: number): Promise<string[]> {
    return this.#rings.get(shipName)?.last(count) ?? [];
  }

  async length(shipName: string): Promise<number> {
    return this.#rings.get(shipName)?.length ?? 0;
  }

  /** A Map keeps the order of insertion: the first key is the ship that was silent longest. */
  #bringForward(name: string): Ring {
    const ring = this.#rings.get(name) ?? new Ring(this.listMax);
    this.#rings.delete(name);
    this.#rings.set(name, ring);
    this.#newest = { name, ring };
    if (this.#rings.size > this.shipsMax) this.#rings.delete(this.#rings.keys().next().value!);
    return ring;
  }
}
