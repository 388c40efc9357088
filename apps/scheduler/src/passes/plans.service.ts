import { Injectable } from '@nestjs/common';
import type { StreamOptionsDto } from '#common/contracts';
import { DomainError, type Instant, MICROS_PER_SECOND } from '#common/domain';
import { DURATION_SECONDS_MAX } from '../contacts/contact.dto.js';
import type { Cause, NewContact, StoredContact } from '../contacts/contact-store.port.js';
import { ContactsService } from '../contacts/contacts.service.js';
import { type BookedTime, BookedTimes } from './booked-times.port.js';
import { OrbitsService } from './orbits.service.js';
import type { Window } from './pass.js';
import { PassesService, refuseTooMuch } from './passes.service.js';
import { type Plan, planContacts, type PlannedContact } from './plan.js';
import { type PassWish, predictFleet, type ShipFault } from './predictions.js';
import type { ShipElements } from './ship-elements.js';
import type { Station } from './station.js';
import { TimeSlices } from './time-slices.js';

export const PLAN_SHIPS_MAX = 100;
export const PLAN_STATIONS_MAX = 100;
/** Of these antennas and ships, within the window. */
const BOOKED_TIMES_MAX = 10_000;
/** One transaction books them all. */
const PLANNED_CONTACTS_MAX = 1_000;

export interface PlanRequest extends PassWish {
  /** Null: all that have elements. */
  readonly shipNames: readonly string[] | null;
  readonly priorities: ReadonlyMap<string, number>;
  /** Null: all. */
  readonly stationNames: readonly string[] | null;
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly marginSeconds: number;
  readonly isToBeBooked: boolean;
  readonly stream: StreamOptionsDto;
}

export interface Proposal extends Plan {
  readonly window: Window;
  /** Ships without any prediction. */
  readonly faults: readonly ShipFault[];
  /** In the order of the plan's contacts; null where nothing was booked. */
  readonly booked: readonly StoredContact[] | null;
}

/** Turns passes into contacts that do not stand in each other's way. */
@Injectable()
export class PlansService {
  constructor(
    private readonly passes: PassesService,
    private readonly orbits: OrbitsService,
    private readonly contacts: ContactsService,
    private readonly bookedTimes: BookedTimes,
    private readonly slices: TimeSlices,
  ) {}

  /**
   * Books all contacts of the plan, or none.
   * @throws {DomainError} PLAN_TOO_LARGE, PREDICTIONS_FULL, and what a booking is refused with
   */
  async propose(request: PlanRequest, cause: Cause): Promise<Proposal> {
    const window = this.passes.windowOf(request);
    const ships = await this.#shipsOf(request);
    const stations = await this.passes.stationsOf(request.stationNames);
    refuseTooMuch(ships.length, stations.length, window);
    const { found, faults } = await this.slices.run(predictFleet(ships, stations, window));
    const booked = await this.#bookedTimes(ships, stations, window, request.marginSeconds);
    const wish = {
      ...request,
      window,
      durationSecondsMax: DURATION_SECONDS_MAX,
      now: this.passes.now,
    };
    const plan = await this.slices.run(planContacts(found, booked, wish));
    if (!request.isToBeBooked) return { ...plan, window, faults, booked: null };
    return { ...plan, window, faults, booked: await this.#book(plan, request, cause) };
  }

  async #shipsOf({ shipNames }: PlanRequest): Promise<readonly ShipElements[]> {
    if (shipNames !== null) return this.orbits.named(shipNames);
    const { items, next } = await this.orbits.page(PLAN_SHIPS_MAX, null);
    if (next !== null) throw tooLarge(`There are more than ${PLAN_SHIPS_MAX} ships: name some`);
    return items;
  }

  async #bookedTimes(
    ships: readonly ShipElements[],
    stations: readonly Station[],
    { from, to }: Window,
    marginSeconds: number,
  ): Promise<readonly BookedTime[]> {
    const margin = marginSeconds * MICROS_PER_SECOND;
    const booked = await this.bookedTimes.between(
      { from: from - margin, to: to + margin },
      stations.map(({ antenna }) => antenna),
      ships.map(({ shipName }) => shipName),
      BOOKED_TIMES_MAX + 1,
    );
    if (booked.length <= BOOKED_TIMES_MAX) return booked;
    throw tooLarge(`Over ${BOOKED_TIMES_MAX} contacts are booked in the window: shorten it`);
  }

  async #book(
    { contacts }: Plan,
    { stream }: PlanRequest,
    cause: Cause,
  ): Promise<readonly StoredContact[]> {
    if (contacts.length > PLANNED_CONTACTS_MAX)
      throw tooLarge(
        `The plan has ${contacts.length} contacts; ${PLANNED_CONTACTS_MAX} are booked at most`,
      );
    if (contacts.length === 0) return [];
    return this.contacts.book(
      contacts.map((contact) => newContactOf(contact, stream)),
      cause,
    );
  }
}

const newContactOf = (
  { prediction: { orbit, station }, priority, startTime, durationSeconds }: PlannedContact,
  stream: StreamOptionsDto,
): NewContact => ({
  shipName: orbit.shipName,
  startTime,
  durationSeconds,
  antenna: station.antenna,
  priority,
  channel: null,
  stream,
});

const tooLarge = (message: string): DomainError => new DomainError('PLAN_TOO_LARGE', message);
