import { nextFraction, type RandomState, seededRandom } from '#common/domain';

/** All chance of a simulation comes from one of these, so that its seed is the whole of it. */
export class Dice {
  #state: RandomState;

  constructor(seed: number) {
    this.#state = seededRandom(seed);
  }

  /** In 0 ≤ x < 1. */
  fraction(): number {
    const [fraction, next] = nextFraction(this.#state);
    this.#state = next;
    return fraction;
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
