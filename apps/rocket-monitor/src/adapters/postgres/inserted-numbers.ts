import type { RocketArrival } from '#common/domain';

/** Channel and number. */
export type Inserted = readonly [string, number];

/** Which messages of a batch the log has taken; of several with one number that is the first. */
export class InsertedNumbers {
  readonly #numbers = new Map<string, Set<number>>();

  constructor(inserted: Iterable<Inserted>) {
    for (const [channel, number] of inserted) {
      const numbers = this.#numbers.get(channel);
      if (numbers === undefined) this.#numbers.set(channel, new Set([number]));
      else numbers.add(number);
    }
  }

  claimAll(batch: readonly RocketArrival[]): boolean[] {
    return batch.map(({ channel, number }) => this.#numbers.get(channel)?.delete(number) ?? false);
  }
}
