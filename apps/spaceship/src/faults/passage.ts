/** One datagram on its way out. */
export interface Departure {
  readonly number: number;
  /** 1 is the repetition of 0. */
  readonly copy: 0 | 1;
  /** Milliseconds of stream time: the n-th number is made at (n − 1) × period. */
  readonly leavesAtMs: number;
  /** 32 bits that say how it is damaged; null where it is not. */
  readonly damage: number | null;
  readonly passage: Passage;
  /** As they leave. Empty where only the decisions are reckoned. */
  bytes: Buffer;
}

/** All that becomes of one number. */
export interface Passage {
  readonly number: number;
  readonly departures: Departure[];
  isReordered: boolean;
  isDelayed: boolean;
  isRecorded: boolean;
  /** Departures for which there was no room. */
  droppedCount: number;
  /** Whether an undamaged one of its departures has left. */
  hasLeftIntact: boolean;
}

const NO_BYTES = Buffer.alloc(0);

export const newPassage = (number: number): Passage => ({
  number,
  departures: [],
  isReordered: false,
  isDelayed: false,
  isRecorded: false,
  droppedCount: 0,
  hasLeftIntact: false,
});

/** One more departure of a number. */
export function newDeparture(
  passage: Passage,
  leavesAtMs: number,
  damage: number | null,
): Departure {
  const { number, departures } = passage;
  const copy = departures.length === 0 ? 0 : 1;
  const departure: Departure = { number, copy, leavesAtMs, damage, passage, bytes: NO_BYTES };
  departures.push(departure);
  return departure;
}
