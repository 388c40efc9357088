import { SequenceSet } from './sequence-set.js';

/** Claims come from damaged bytes: random ones must not fill the memory. The rest is just counted. */
export const CLAIMED_RANGES_MAX = 4_096;

/** The numbers of datagrams that came but were not kept. */
export class Claims {
  constructor(
    readonly numbers = new SequenceSet(),
    public unnumbered = 0,
  ) {}

  add(number: number | null): void {
    if (number === null || this.numbers.rangeCount >= CLAIMED_RANGES_MAX) this.unnumbered += 1;
    else this.numbers.add(number);
  }
}
