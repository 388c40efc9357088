import { type ContactReport, contactKey } from '#common/contracts';
import { seededRandom } from '#common/domain';
import { framesOf } from '../../apps/ingestor/src/archive/packet-frame.js';
import { datagram } from '../../apps/ingestor/src/intake/testing/datagrams.js';
import { IntakeUnderTest } from '../../apps/ingestor/src/intake/testing/intake-under-test.js';
import { fullReportOf } from '../../apps/ingestor/src/receptions/reception-report.js';
import type { Reception } from '../../apps/ingestor/src/receptions/reception.js';
import { Draws } from '../../apps/spaceship/src/faults/draws.js';
import { faultProfileOf } from '../../apps/spaceship/src/faults/fault-profile.js';
import {
  type SimulatedDatagram,
  SimulatedFlight,
} from '../../apps/spaceship/src/faults/simulated-flight.js';
import { type FleetOrder, type FlightOrder, PERIOD_MS } from './fault-profiles.js';
import type { FlownStream } from './ledger-verdict.js';

const SECRET = 'a master secret that nobody else knows';
const EPOCH = 1_900_000_000_000_000;
const FIRST_APID = 200;
/** Lower than those that the system gives to the shared socket. */
const FIRST_TEXT_PORT = 21_000;
const FIRST_SENDER_PORT = 5_000;
const BATCH_MAX = 64;

/** What becomes of a datagram at the ingestor. */
export type Reaching = 'taken' | 'shed' | 'dropped';

export interface JudgedContact {
  readonly order: FlightOrder;
  readonly flown: FlownStream;
  readonly arrivals: readonly { readonly datagram: SimulatedDatagram; readonly how: Reaching }[];
  readonly report: ContactReport;
  /** What the archive holds, in the order in which it was stored. */
  readonly stored: readonly { readonly sequence: number; readonly packet: Buffer }[];
}

interface Underway {
  readonly order: FlightOrder;
  readonly reception: Reception;
  readonly flight: SimulatedFlight;
  readonly datagrams: readonly SimulatedDatagram[];
  readonly arrivals: { readonly datagram: SimulatedDatagram; readonly how: Reaching }[];
}

export interface JudgedFleet {
  readonly contacts: readonly JudgedContact[];
  /** Datagrams that no account knows. */
  readonly strays: Readonly<Record<string, number>>;
}

/** Flies fleets, one after the other, and says what the ingestor made of them. */
export class FleetJudge {
  readonly #closings: Promise<void>[] = [];

  /** @param reaching draws what becomes of a datagram; without it all are taken */
  async judge(
    { isSigned, flights }: FleetOrder,
    reaching: (draws: Draws) => Reaching = () => 'taken',
  ): Promise<JudgedFleet> {
    const intake = await IntakeUnderTest.start(isSigned ? SECRET : null);
    try {
      const reception = new FleetReception(intake, reaching, flights[0]!.seed);
      for (const [nr, order] of flights.entries()) await reception.begin(nr, order, isSigned);
      await reception.fly();
      const contacts = await reception.end();
      return { contacts, strays: intake.strays.get() };
    } finally {
      // A socket waits for quiet before it closes; the next fleet need not.
      this.#closings.push(intake.close());
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#closings);
  }
}

/** All that leaves some ships, mixed as it leaves, in batches of any size, to the end of each contact. */
class FleetReception {
  readonly #draws: Draws;
  readonly #contacts: Underway[] = [];

  constructor(
    private readonly intake: IntakeUnderTest,
    private readonly reaching: (draws: Draws) => Reaching,
    seed: number,
  ) {
    this.#draws = new Draws(seededRandom(seed, 2));
  }

  async begin(nr: number, order: FlightOrder, isSigned: boolean): Promise<void> {
    const isText = order.format === 'json';
    const apid = FIRST_APID + nr;
    const reception = await this.intake.receive(
      nr + 1,
      isText ? { port: FIRST_TEXT_PORT + nr } : { apid },
    );
    // As after the answer of its ship, and every other one as after that to its stop.
    reception.time.told(EPOCH, this.intake.clock.monotonicMs());
    reception.agreement = { eventKey: 'key', firstSequence: 1, streamAskedAt: EPOCH };
    reception.statedFirst = 1;
    if (nr % 2 === 1) reception.statedLast = order.count;
    const key = isSigned && !isText ? contactKey(SECRET, reception.contactId) : null;
    const { faults, ...plan } = order;
    const profile = faults && faultProfileOf(faults);
    const flight = new SimulatedFlight(
      { ...plan, apid: isText ? null : apid, faults: profile, epoch: EPOCH },
      PERIOD_MS,
      key,
    );
    const datagrams = [...flight.datagrams()];
    this.#contacts.push({ order, reception, flight, datagrams, arrivals: [] });
  }

  async fly(): Promise<void> {
    const places = this.#contacts.map(() => 0);
    for (;;) {
      const nr = this.#nextToLeave(places);
      if (nr === null) return;
      const { datagrams } = this.#contacts[nr]!;
      const size = 1 + this.#draws.below(BATCH_MAX);
      this.#arrive(nr, datagrams.slice(places[nr], places[nr]! + size));
      places[nr]! += size;
      // The writer has its turn.
      if (this.#draws.happens(0.2)) await this.intake.writer.flush();
    }
  }

  #nextToLeave(places: readonly number[]): number | null {
    let first: number | null = null;
    let firstAt = Infinity;
    for (const [nr, { datagrams }] of this.#contacts.entries()) {
      const leavesAt = datagrams[places[nr]!]?.leavesAtMs ?? Infinity;
      if (leavesAt >= firstAt) continue;
      first = nr;
      firstAt = leavesAt;
    }
    return first;
  }

  #arrive(nr: number, datagrams: readonly SimulatedDatagram[]): void {
    const { reception, arrivals } = this.#contacts[nr]!;
    const { apid, port } = reception.address!;
    const at = apid === null ? port : this.intake.udp.sharedPort!;
    const wrapped = datagrams.map((one) => {
      const how = this.reaching(this.#draws);
      arrivals.push({ datagram: one, how });
      return { how, datagram: datagram(one.bytes, FIRST_SENDER_PORT + nr) };
    });
    this.intake.takeAt(at, ...wrapped.filter(({ how }) => how === 'taken').map(datagramOf));
    for (const shed of wrapped.filter(({ how }) => how === 'shed'))
      this.intake.intake.shed(at, shed.datagram);
    reception.account.dropInKernel(wrapped.filter(({ how }) => how === 'dropped').length);
  }

  async end(): Promise<JudgedContact[]> {
    const { blocks } = await this.intake.stored();
    const contacts: JudgedContact[] = [];
    for (const { order, reception, flight, datagrams, arrivals } of this.#contacts) {
      const { contactId } = reception;
      const { totals, entries } = flight.ledger();
      const statement = { firstSequence: 1, lastSequence: order.count, sent: totals.numbers };
      const samplesStored = await this.intake.store.samplesStored(contactId);
      const facts = { state: 'completed', endedAt: EPOCH, statement, samplesStored } as const;
      const closing = datagrams.filter(({ number }) => number === null);
      const closingBytes = closing.reduce((sum, { bytes }) => sum + bytes.length, 0);
      contacts.push({
        order,
        arrivals,
        flown: { totals, entries, closingBytes },
        report: fullReportOf(reception, facts).report,
        stored: blocks
          .filter((block) => block.contactId === contactId)
          .flatMap(({ body }) => framesOf(body)),
      });
    }
    return contacts;
  }
}

const datagramOf = <T>({ datagram: one }: { readonly datagram: T }): T => one;
