import { createHash } from 'node:crypto';
import type { LedgerTotals } from '#common/contracts';
import type { Departure, Passage } from './passage.js';

/** Numbers that the ledger names as refused; further ones are only counted. */
export const REFUSED_NUMBERS_MAX = 1_000;

/** What the network did not take of one number. */
export interface Refusal {
  readonly datagrams: number;
  readonly corrupted: number;
}

const NOTHING = {
  numbers: 0,
  lost: 0,
  dropped: 0,
  duplicated: 0,
  reordered: 0,
  delayed: 0,
  recorded: 0,
  datagrams: 0,
  bytes: 0,
  intact: 0,
  repeated: 0,
  corrupted: 0,
  late: 0,
  refused: 0,
  refused_unlisted: 0,
  closing: 0,
};

/** Running sums of a stream: all that a ledger needs beside the seed. */
export class Tally {
  readonly #totals = { ...NOTHING };
  readonly #hash = createHash('sha256');
  readonly #refusals = new Map<number, Refusal>();
  #highestIntact = 0;
  #sent = 0;

  /** Numbers that the network took or faults kept from it. */
  get sent(): number {
    return this.#sent;
  }

  get refusals(): ReadonlyMap<number, Refusal> {
    return this.#refusals;
  }

  totals(held: number): LedgerTotals {
    return { ...this.#totals, held };
  }

  /** Over all bytes that left so far. */
  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** A number was made, and this becomes of it. */
  made({ departures, droppedCount, ...passage }: Passage): void {
    const totals = this.#totals;
    totals.numbers += 1;
    if (departures.length === 0) {
      totals.lost += 1;
      if (droppedCount > 0) totals.dropped += 1;
      this.#sent += 1;
      return;
    }
    if (departures.length > 1) totals.duplicated += 1;
    if (passage.isReordered) totals.reordered += 1;
    if (passage.isDelayed) totals.delayed += 1;
    if (passage.isRecorded) totals.recorded += 1;
  }

  /** They were handed to the network, which did not take those at these places, in ascending order. */
  left(departures: readonly Departure[], refusedPlaces: readonly number[]): void {
    const refused = new Set(refusedPlaces);
    const taken = departures.filter((_, place) => !refused.has(place));
    this.#hash.update(Buffer.concat(taken.map(({ bytes }) => bytes)));
    for (const departure of taken) this.#count(departure);
    for (const place of refusedPlaces) this.#refuse(departures[place]!);
  }

  closed(packets: readonly Buffer[], refusedPlaces: readonly number[]): void {
    const taken = packets.filter((_, place) => !refusedPlaces.includes(place));
    this.#hash.update(Buffer.concat(taken));
    this.#totals.closing += taken.length;
  }

  #count({ number, copy, damage, passage, bytes }: Departure): void {
    const totals = this.#totals;
    totals.datagrams += 1;
    totals.bytes += bytes.length;
    if (copy === 0) this.#sent += 1;
    if (damage !== null) totals.corrupted += 1;
    else if (passage.hasLeftIntact) totals.repeated += 1;
    else {
      passage.hasLeftIntact = true;
      totals.intact += 1;
      if (number < this.#highestIntact) totals.late += 1;
      else this.#highestIntact = number;
    }
  }

  #refuse({ number, damage }: Departure): void {
    this.#totals.refused += 1;
    const before = this.#refusals.get(number);
    if (before === undefined && this.#refusals.size >= REFUSED_NUMBERS_MAX) {
      this.#totals.refused_unlisted += 1;
      return;
    }
    this.#refusals.set(number, {
      datagrams: (before?.datagrams ?? 0) + 1,
      corrupted: (before?.corrupted ?? 0) + (damage === null ? 0 : 1),
    });
  }
}
