import { DomainError } from '#common/domain';
import { Orbit } from './orbit.js';
import { type Pass, passSeconds, type Window } from './pass.js';
import { passesIn } from './pass-search.js';
import { readElements, type ShipElements } from './ship-elements.js';
import { Sky } from './sky.js';
import type { Station } from './station.js';

/** A pass of a ship over a station. */
export interface Prediction {
  readonly orbit: Orbit;
  readonly station: Station;
  readonly pass: Pass;
}

/** What a pass must have to be worth a contact. */
export interface PassWish {
  readonly durationSecondsMin: number;
  /** In degrees, at the highest point. */
  readonly elevationMin: number;
}

export const isLongEnough = (pass: Pass, { durationSecondsMin }: PassWish): boolean =>
  passSeconds(pass) >= durationSecondsMin;

export const isHighEnough = ({ culmination }: Pass, { elevationMin }: PassWish): boolean =>
  culmination.elevation >= elevationMin;

/** All passes of one ship, unsorted. @throws {DomainError} ORBIT_DECAYED, ELEMENTS_TOO_OLD */
export function* predictShip(
  { shipName, set }: ShipElements,
  stations: readonly Station[],
  window: Window,
): Generator<null, Prediction[]> {
  const orbit = new Orbit(shipName, readElements(set));
  // A ship that has fallen is no ship that does not come by.
  for (const instant of [window.from, window.to]) orbit.at(instant);
  const found: Prediction[] = [];
  for (const station of stations)
    for (const pass of passesIn(new Sky(orbit, station, station.elevationMinDegrees), window)) {
      if (pass !== null) found.push({ orbit, station, pass });
      yield null;
    }
  return found;
}

/** Why a ship has no predictions at all. */
export interface ShipFault {
  readonly shipName: string;
  readonly code: string;
  readonly detail: string;
}

export interface FleetPredictions {
  readonly found: readonly Prediction[];
  readonly faults: readonly ShipFault[];
}

/** Those of several ships; one that has fallen does not stand in the way of the others. */
export function* predictFleet(
  ships: readonly ShipElements[],
  stations: readonly Station[],
  window: Window,
): Generator<null, FleetPredictions> {
  const found: Prediction[] = [];
  const faults: ShipFault[] = [];
  for (const ship of ships)
    try {
      found.push(...(yield* predictShip(ship, stations, window)));
    } catch (fault) {
      if (!(fault instanceof DomainError)) throw fault;
      faults.push({ shipName: ship.shipName, code: fault.code, detail: fault.message });
    }
  return { found, faults };
}

/** By begin, then by the names. */
export function comparePredictions(a: Prediction, b: Prediction): number {
  return (
    a.pass.visible.from - b.pass.visible.from ||
    compareNames(a.orbit.shipName, b.orbit.shipName) ||
    compareNames(a.station.name, b.station.name)
  );
}

/** The same everywhere, whatever the language of the machine is. */
export const compareNames = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
