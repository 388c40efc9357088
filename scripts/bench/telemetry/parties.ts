import type { Bounds } from './search.js';
import type { Trial } from './trial.js';

/** One thing of which a rate is measured. */
export interface Arm {
  readonly name: string;
  /** Datagrams a second at which the search begins, and between which it stays. */
  readonly start: number;
  readonly bounds: Bounds;
  /** @param rate datagrams a second */
  readonly attempt: (rate: number, seconds: number) => Promise<Trial>;
  /** Before each attempt: until nothing of the one before is left to do. */
  readonly settle?: () => Promise<void>;
}

/** Arms that share a program, which runs only while it is their turn. */
export interface Party {
  readonly name: string;
  /** Measures with each arm, one after the other. @throws PartyMissing */
  readonly run: (measure: (arm: Arm) => Promise<void>) => Promise<void>;
}

/** It is not there to be measured, and that is no fault of anything: said in the table. */
export class PartyMissing extends Error {
  override readonly name = 'PartyMissing';
}
