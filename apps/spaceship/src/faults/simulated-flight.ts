import type { LedgerEntry, LedgerTotals } from '#common/contracts';
import { Flight } from './flight.js';
import type { FlightPlan } from './flight-plan.js';
import { ledgerEntries, plainEntry } from './ledger-entries.js';

const BURST_DATAGRAMS = 128;

/** A datagram as it leaves a simulated ship. */
export interface SimulatedDatagram {
  readonly bytes: Buffer;
  /** Milliseconds since the first number was made; of those that leave at the end, when they would have. */
  readonly leavesAtMs: number;
  /** Null for a closing packet. */
  readonly number: number | null;
  readonly isCorrupted: boolean;
}

export interface SimulatedLedger {
  readonly sha256: string;
  readonly totals: LedgerTotals;
  readonly entries: readonly LedgerEntry[];
}

/**
 * A whole stream without a socket, a timer or a clock: exactly the datagrams, in the order, that a ship
 * sends for the same request over HTTP, and the ledger that it tells afterwards. For tests and benches of
 * receivers: a thousand fault profiles take seconds.
 *
 * The plan needs an epoch and a count, `periodMs` is the interval (of interval 0: a second by
 * `SPACESHIP_DATAGRAMS_PER_SECOND_MAX`). `datagrams()` runs once; `ledger()` is whole when it is over.
 */
export class SimulatedFlight {
  readonly #flight: Flight;

  constructor(
    private readonly plan: FlightPlan & { readonly epoch: number; readonly count: number },
    periodMs: number,
    key: Buffer | null = null,
  ) {
    this.#flight = new Flight(plan, periodMs, key, () => plan.epoch);
  }

  *datagrams(): Generator<SimulatedDatagram> {
    const flight = this.#flight;
    let leavesAtMs = 0;
    while (!flight.isFinished || Number.isFinite(flight.nextLeavesAtMs)) {
      flight.allow(BURST_DATAGRAMS);
      const departures = flight.isFinished
        ? flight.drain(BURST_DATAGRAMS)
        : flight.take(0, BURST_DATAGRAMS);
      flight.left(departures, []);
      for (const { bytes, number, damage, ...rest } of departures) {
        leavesAtMs = rest.leavesAtMs;
        yield { bytes, leavesAtMs, number, isCorrupted: damage !== null };
      }
    }
    const closing = flight.closing();
    flight.closed(closing, []);
    for (const bytes of closing) yield { bytes, leavesAtMs, number: null, isCorrupted: false };
  }

  ledger(): SimulatedLedger {
    const record = this.#flight.ledger();
    const { sha256, totals } = record;
    const entries = [...ledgerEntries(record)];
    return {
      sha256,
      totals,
      entries: entries.map((entry, index) => entry ?? plainEntry(index + 1)),
    };
  }
}
