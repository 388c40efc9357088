import { Injectable } from '@nestjs/common';
import { DomainError, type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock, type Page, pageOf, ValidationException } from '#common/platform';
import { OrbitsService } from './orbits.service.js';
import type { Window } from './pass.js';
import {
  compareNames,
  comparePredictions,
  isHighEnough,
  isLongEnough,
  type PassWish,
  type Prediction,
  predictShip,
} from './predictions.js';
import { type Station, STATIONS_MAX } from './station.js';
import { StationsService } from './stations.service.js';
import { TimeSlices } from './time-slices.js';

export const WINDOW_DAYS_MAX = 14;
const WINDOW_DAYS_DEFAULT = 1;
const MICROS_PER_DAY = 86_400_000_000;
/** Days of all ships over all stations; a day of one takes a few milliseconds. */
export const PREDICTED_DAYS_MAX = 500;

export interface PassQuery extends PassWish {
  readonly shipName: string;
  readonly stationName: string | null;
  readonly from: Instant | null;
  readonly to: Instant | null;
}

/** Where a page of passes goes on, and in which window: one that began now has no other. */
export type PassPosition = readonly [
  startsAt: Instant,
  stationName: string,
  from: Instant,
  to: Instant,
];

/** When ships come by. */
@Injectable()
export class PassesService {
  constructor(
    private readonly orbits: OrbitsService,
    private readonly stations: StationsService,
    private readonly slices: TimeSlices,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws {DomainError} ORBIT_NOT_FOUND, STATION_NOT_FOUND, ORBIT_DECAYED, ELEMENTS_TOO_OLD,
   *   PLAN_TOO_LARGE, PREDICTIONS_FULL
   */
  async page(
    query: PassQuery,
    limit: number,
    after: PassPosition | null,
  ): Promise<Page<Prediction>> {
    const window = this.windowOf(after === null ? query : { from: after[2], to: after[3] });
    const ship = await this.orbits.get(query.shipName);
    const stations = await this.stationsOf(query.stationName === null ? null : [query.stationName]);
    refuseTooMuch(1, stations.length, window);
    const found = await this.slices.run(predictShip(ship, stations, window));
    const wanted = found
      .filter(({ pass }) => isLongEnough(pass, query) && isHighEnough(pass, query))
      .toSorted(comparePredictions)
      .filter((one) => after === null || isBehind(one, after));
    const { from, to } = window;
    return pageOf(wanted, limit, ({ pass, station }) => [
      pass.visible.from,
      station.name,
      from,
      to,
    ]);
  }

  /** From now on for a day, unless it is said otherwise. @throws {ValidationException} */
  windowOf({ from, to }: Pick<PassQuery, 'from' | 'to'>): Window {
    const start = from ?? this.now;
    const end = to ?? start + WINDOW_DAYS_DEFAULT * MICROS_PER_DAY;
    const isFit = end > start && end - start <= WINDOW_DAYS_MAX * MICROS_PER_DAY;
    if (isFit) return { from: start, to: end };
    const message = `to must be behind from, by ${WINDOW_DAYS_MAX} days at most`;
    throw new ValidationException([{ field: 'to', message }]);
  }

  /** All of them where no names are given. */
  async stationsOf(names: readonly string[] | null): Promise<readonly Station[]> {
    if (names !== null) return this.stations.named(names);
    return (await this.stations.page(STATIONS_MAX, null)).items;
  }

  get now(): Instant {
    return this.clock.nowMs() * MICROS_PER_MILLISECOND;
  }
}

/** @throws {DomainError} PLAN_TOO_LARGE */
export function refuseTooMuch(ships: number, stations: number, { from, to }: Window): void {
  const days = (ships * stations * (to - from)) / MICROS_PER_DAY;
  if (days <= PREDICTED_DAYS_MAX) return;
  throw new DomainError(
    'PLAN_TOO_LARGE',
    `${ships} ships × ${stations} stations × the days of the window must be ${PREDICTED_DAYS_MAX} at most`,
  );
}

const isBehind = ({ pass, station }: Prediction, [at, name]: PassPosition): boolean =>
  (pass.visible.from - at || compareNames(station.name, name)) > 0;
