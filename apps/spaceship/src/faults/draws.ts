import { nextBits, type RandomState } from '#common/domain';

const BITS = 0x1_0000_0000;

/** Draws one after the other from a seeded generator. */
export class Draws {
  #state: RandomState;

  constructor(start: RandomState) {
    this.#state = start;
  }

  /** 32 bits. */
  bits(): number {
    const [bits, next] = nextBits(this.#state);
    this.#state = next;
    return bits;
  }

  /** 0 ≤ x < 1 */
  fraction(): number {
    return this.bits() / BITS;
  }

  /** A whole number, 0 ≤ n < `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  /** Never for 0, always for 1. */
  happens(probability: number): boolean {
    return this.fraction() < probability;
  }
}
