import type { KeptClaims } from './claims.js';
import type { SequenceRange } from './sequence-set.js';

/** `totals` where datagrams carry no number: only sums can be compared. */
export type Accounting = 'sequence' | 'totals';

export interface DatagramCounts {
  readonly received: number;
  readonly bytes: number;
  readonly good: number;
  readonly duplicates: number;
  readonly late: number;
  readonly corrupt: number;
  readonly control: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly shed: number;
  readonly kernelDropped: number;
}

/** All of an account but the good numbers, which the archive holds anyway. */
export interface AccountSnapshot extends DatagramCounts {
  readonly accounting: Accounting;
  readonly corruptClaims: KeptClaims;
  readonly corruptUnnumbered: number;
  readonly shedClaims: KeptClaims;
  readonly shedUnnumbered: number;
  readonly restarts: readonly SequenceRange[];
  readonly restartedFrom: number | null;
  /** The last number, as the ship itself said it; left out where it did not. */
  readonly end?: number;
  /** Left out while there are none. */
  readonly neverSent?: readonly SequenceRange[];
}

export const EMPTY_ACCOUNT: AccountSnapshot = {
  accounting: 'sequence',
  received: 0,
  bytes: 0,
  good: 0,
  duplicates: 0,
  late: 0,
  corrupt: 0,
  control: 0,
  rejected: {},
  shed: 0,
  kernelDropped: 0,
  corruptClaims: [],
  corruptUnnumbered: 0,
  shedClaims: [],
  shedUnnumbered: 0,
  restarts: [],
  restartedFrom: null,
};
