/** First and last number of a run without holes, both included. */
export type SequenceRange = readonly [from: number, to: number];

/**
 * A set of whole numbers ≥ 0, kept as sorted ranges that neither touch nor overlap. A stream that
 * arrives in order costs one comparison per number and two numbers of memory, however long it is.
 */
export class SequenceSet {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #size = 0;

  /** Takes what `ranges()` gave; the ranges must be sorted and disjoint. */
  static of(ranges: readonly SequenceRange[]): SequenceSet {
    const set = new SequenceSet();
    for (const [from, to] of ranges) set.#append(from, to);
    return set;
  }

  /** Takes ranges in any order, which may touch and overlap. */
  static union(ranges: readonly SequenceRange[]): SequenceSet {
    const set = new SequenceSet();
    for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
      const next = Math.max(from, (set.highest ?? -1) + 1);
      if (next <= to) set.#append(next, to);
    }
    return set;
  }

  get size(): number {
    return this.#size;
  }

  get rangeCount(): number {
    return this.#starts.length;
  }

  get lowest(): number | null {
    return this.#starts[0] ?? null;
  }

  get highest(): number | null {
    return this.#ends.at(-1) ?? null;
  }

  has(number: number): boolean {
    const at = this.#firstEndingFrom(number);
    return at < this.#starts.length && this.#starts[at]! <= number;
  }

  /** False when the number was there already. */
  add(number: number): boolean {
    const highest = this.#ends.at(-1);
    if (highest === undefined || number > highest) {
      this.#append(number, number);
      return true;
    }
    return this.#insert(number, this.#firstEndingFrom(number));
  }

  /** Whether adding the number would make one range more. */
  standsAlone(number: number): boolean {
    const at = this.#firstEndingFrom(number - 1);
    return at >= this.#starts.length || this.#starts[at]! > number + 1;
  }

  ranges(): SequenceRange[] {
    return this.#starts.map((from, at) => [from, this.#ends[at]!]);
  }

  /** How many of its numbers lie from `first` to `last`. */
  countWithin(first: number, last: number): number {
    let count = 0;
    for (let at = this.#firstEndingFrom(first); at < this.#starts.length; at += 1) {
      if (this.#starts[at]! > last) break;
      count += Math.min(this.#ends[at]!, last) - Math.max(this.#starts[at]!, first) + 1;
    }
    return count;
  }

  /** The numbers from `first` to `last` that it lacks, as ranges. */
  missing(first: number, last: number): SequenceRange[] {
    const holes: SequenceRange[] = [];
    let next = first;
    for (let at = this.#firstEndingFrom(first); at < this.#starts.length; at += 1) {
      if (this.#starts[at]! > last) break;
      if (this.#starts[at]! > next) holes.push([next, this.#starts[at]! - 1]);
      next = this.#ends[at]! + 1;
    }
    if (next <= last) holes.push([next, last]);
    return holes;
  }

  toJSON(): SequenceRange[] {
    return this.ranges();
  }

  #append(from: number, to: number): void {
    const top = this.#ends.length - 1;
    if (top >= 0 && this.#ends[top]! + 1 === from) this.#ends[top] = to;
    else {
      this.#starts.push(from);
      this.#ends.push(to);
    }
    this.#size += to - from + 1;
  }

  /** `at` is the first range that ends at or after the number. */
  #insert(number: number, at: number): boolean {
    if (this.#starts[at]! <= number) return false;
    const joinsNext = this.#starts[at] === number + 1;
    const joinsPrevious = at > 0 && this.#ends[at - 1] === number - 1;
    if (joinsNext && joinsPrevious) {
      this.#starts.splice(at, 1);
      this.#ends.splice(at - 1, 1);
    } else if (joinsNext) this.#starts[at] = number;
    else if (joinsPrevious) this.#ends[at - 1] = number;
    else {
      this.#starts.splice(at, 0, number);
      this.#ends.splice(at, 0, number);
    }
    this.#size += 1;
    return true;
  }

  #firstEndingFrom(number: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
