import { checkForDecay, json2satrec, type OMMJsonObject, type SatRec, sgp4 } from 'satellite.js';
import { DomainError, formatInstant, type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { MeanElements } from './mean-elements.js';

const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
const MICROS_PER_DAY = 1_440 * MICROS_PER_MINUTE;
/** SGP4 says where a ship is to a kilometre or so at the epoch, and loses one to three more a day. */
export const STALE_AFTER_DAYS = 7;
/** Farther away from the epoch its answers say nothing, and take long in deep space. */
export const ELEMENTS_AGE_DAYS_MAX = 366;

/** Kilometres and kilometres per second, in the frame TEME. */
export interface OrbitState {
  readonly position: { readonly x: number; readonly y: number; readonly z: number };
  readonly velocity: { readonly x: number; readonly y: number; readonly z: number };
}

/** Where a ship is, by SGP4. */
export class Orbit {
  readonly #record: SatRec;

  constructor(
    readonly shipName: string,
    readonly elements: MeanElements,
  ) {
    this.#record = json2satrec(messageOf(elements));
  }

  /** @throws {DomainError} ORBIT_DECAYED, ELEMENTS_TOO_OLD */
  at(instant: Instant): OrbitState {
    this.checkAge(instant);
    const minutes = (instant - this.elements.epoch) / MICROS_PER_MINUTE;
    const state = sgp4(this.#record, minutes);
    const isThere =
      state !== null && !checkForDecay(this.#record) && Number.isFinite(sumOf(state.position));
    if (isThere) return state;
    throw this.#fault('ORBIT_DECAYED', instant, 'has no orbit any more at');
  }

  /** @throws {DomainError} ELEMENTS_TOO_OLD */
  checkAge(instant: Instant): void {
    if (Math.abs(ageDays(this.elements.epoch, instant)) <= ELEMENTS_AGE_DAYS_MAX) return;
    throw this.#fault('ELEMENTS_TOO_OLD', instant, 'says nothing of');
  }

  #fault(code: 'ORBIT_DECAYED' | 'ELEMENTS_TOO_OLD', at: Instant, says: string): DomainError {
    const epoch = formatInstant(this.elements.epoch);
    const when = formatInstant(at);
    const detail = `The orbit of ${this.shipName} with its epoch at ${epoch} ${says} ${when}`;
    const facts = { ship_name: this.shipName, elements_epoch: epoch, at: when };
    return new DomainError(code, detail, { facts });
  }
}

/** How far behind the epoch of elements an instant is; negative before it. */
export const ageDays = (epoch: Instant, at: Instant): number => (at - epoch) / MICROS_PER_DAY;

export const isStale = (epoch: Instant, at: Instant): boolean =>
  Math.abs(ageDays(epoch, at)) > STALE_AFTER_DAYS;

const sumOf = ({ x, y, z }: OrbitState['position']): number => x + y + z;

/** The library has its own way to read two lines; both kinds of element sets come this way. */
const messageOf = (elements: MeanElements): OMMJsonObject => ({
  OBJECT_NAME: '',
  OBJECT_ID: '',
  NORAD_CAT_ID: elements.catalogNumber ?? '0',
  ELEMENT_SET_NO: 0,
  EPOCH: formatInstant(elements.epoch),
  MEAN_MOTION: elements.revolutionsPerDay,
  ECCENTRICITY: elements.eccentricity,
  INCLINATION: elements.inclinationDegrees,
  RA_OF_ASC_NODE: elements.ascendingNodeDegrees,
  ARG_OF_PERICENTER: elements.perigeeArgumentDegrees,
  MEAN_ANOMALY: elements.meanAnomalyDegrees,
  BSTAR: elements.dragTerm,
  MEAN_MOTION_DOT: 0,
  MEAN_MOTION_DDOT: 0,
});
