import { seededRandom } from '#common/domain';

/** All chance of a simulation comes from one of these, so that its seed is the whole of it. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    [this.#a, this.#b, this.#c, this.#d] = seededRandom(seed);
  }

  /** In 0 ≤ x < 1. The generator of the domain, but in place: a run draws a thousand times. */
  fraction(): number {
    const scrambled = Math.imul(this.#b, 5);
    const bits = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return bits / 0x1_0000_0000;
  }

  /** A whole number in 0 ≤ x < limit. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Draws nothing where the answer is sure. */
  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  pick<T>(things: readonly T[]): T {
    return things[this.below(things.length)]!;
  }
}
