import type { Instant } from '#common/domain';
import type { PartHealth } from '#common/platform';
import { HotList, hotText } from '../../intake/hot-list.port.js';

export const HOT_LIST_MAX = 100_000;
/**
 * A full list takes 2 MB of numbers, and up to 16 MB of texts (twice that where they are not Latin);
 * the ship that was silent longest goes first.
 */
export const HOT_SHIPS_MAX = 32;
const FIRST_CAPACITY = 256;
/** On average: a usual text has 115, one may have 1,024. Longer ones leave room for fewer. */
export const HOT_TEXT_CHARS_MAX = 160;

/** The last readings of one ship. Two numbers each; a text only where one was received. */
class Ring {
  #generatedAt = new Float64Array(FIRST_CAPACITY);
  #volts = new Float64Array(FIRST_CAPACITY);
  #texts = new Map<number, string>();
  #textChars = 0;
  #start = 0;
  #length = 0;

  #capacity: number;

  constructor(private readonly max: number) {
    this.#capacity = Math.min(FIRST_CAPACITY, max);
  }

  get length(): number {
    return this.#length;
  }

  push(generatedAt: Instant, volts: number, text: string | null): void {
    if (text !== null) this.#makeRoom(text.length);
    if (this.#length === this.#capacity && this.#length < this.max) this.#grow();
    const at = this.#placeOf(this.#length);
    this.#generatedAt[at] = generatedAt;
    this.#volts[at] = volts;
    if (this.#texts.size > 0) this.#drop(at);
    if (text !== null) {
      this.#texts.set(at, text);
      this.#textChars += text.length;
    }
    if (this.#length < this.#capacity) this.#length += 1;
    else this.#start = this.#placeOf(1);
  }

  /** As so many pushes, at a fraction of the cost: every record of every packet comes through here. */
  pushAll(generatedAt: Instant, volts: Float32Array, count: number): void {
    while (this.#length + count > this.#capacity && this.#capacity < this.max) this.#grow();
    if (count > this.#capacity || this.#texts.size > 0) {
      for (let nr = 0; nr < count; nr += 1) this.push(generatedAt, volts[nr]!, null);
      return;
    }
    const [times, kept, capacity] = [this.#generatedAt, this.#volts, this.#capacity];
    let at = this.#placeOf(this.#length);
    for (let nr = 0; nr < count; nr += 1) {
      times[at] = generatedAt;
      kept[at] = volts[nr]!;
      at = at + 1 === capacity ? 0 : at + 1;
    }
    this.#start = this.#placeOf(Math.max(0, this.#length + count - capacity));
    this.#length = Math.min(capacity, this.#length + count);
  }

  last(count: number): string[] {
    const wanted = Math.min(count, this.#length);
    return Array.from({ length: wanted }, (_, nr) => {
      const at = this.#placeOf(this.#length - wanted + nr);
      return hotText(this.#generatedAt[at]!, this.#volts[at]!, this.#texts.get(at) ?? null);
    });
  }

  /** The oldest go, in the order of arrival. */
  #makeRoom(chars: number): void {
    const charsMax = this.max * HOT_TEXT_CHARS_MAX;
    while (this.#textChars + chars > charsMax && this.#length > 0) {
      this.#drop(this.#start);
      this.#start = this.#placeOf(1);
      this.#length -= 1;
    }
  }

  /** Of the nth reading, the oldest being 0. */
  #placeOf(nr: number): number {
    const at = this.#start + nr;
    return at < this.#capacity ? at : at - this.#capacity;
  }

  #drop(at: number): void {
    const text = this.#texts.get(at);
    if (text === undefined) return;
    this.#textChars -= text.length;
    this.#texts.delete(at);
  }

  /** The oldest gets the first place. */
  #grow(): void {
    const capacity = Math.min(this.max, 2 * this.#capacity);
    const [generatedAt, volts] = [new Float64Array(capacity), new Float64Array(capacity)];
    const texts = new Map<number, string>();
    for (let nr = 0; nr < this.#length; nr += 1) {
      const at = this.#placeOf(nr);
      generatedAt[nr] = this.#generatedAt[at]!;
      volts[nr] = this.#volts[at]!;
      const text = this.#texts.get(at);
      if (text !== undefined) texts.set(nr, text);
    }
    [this.#generatedAt, this.#volts, this.#texts, this.#start] = [generatedAt, volts, texts, 0];
    this.#capacity = capacity;
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

  push(shipName: string, generatedAt: Instant, volts: number, text: string | null): void {
    this.#ringOf(shipName).push(generatedAt, volts, text);
  }

  override pushAll(
    shipName: string,
    generatedAt: Instant,
    volts: Float32Array,
    count: number,
  ): void {
    this.#ringOf(shipName).pushAll(generatedAt, volts, count);
  }

  async last(shipName: string, count: number): Promise<string[]> {
    return this.#rings.get(shipName)?.last(count) ?? [];
  }

  async length(shipName: string): Promise<number> {
    return this.#rings.get(shipName)?.length ?? 0;
  }

  health(): PartHealth {
    return { status: 'up', kept_in: 'memory', ships: this.#rings.size };
  }

  #ringOf(shipName: string): Ring {
    return this.#newest?.name === shipName ? this.#newest.ring : this.#bringForward(shipName);
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
