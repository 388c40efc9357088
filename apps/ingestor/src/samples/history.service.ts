import { Injectable } from '@nestjs/common';
import { DomainError, type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import { ValidationException } from '#common/platform';
import { MinMaxService, type Stretch } from './min-max.service.js';
import { parsePointId, type PointId } from './point-id.js';
import { NewestService } from './newest.service.js';
import type { Sample } from './sample.js';
import { type HistoryQueryDto, sizeIn } from './sample-query.dto.js';
import { type SampleScope, SampleScopes } from './sample-scope.js';
import { SamplesService } from './samples.service.js';

export const POINT_IDS_MAX = 64;
/** In one answer. */
export const POINTS_MAX = 100_000;

/** One value, as Open MCT's tutorial has it. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly value: number | string;
  readonly id: string;
}

/** The past for Open MCT. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly scopes: SampleScopes,
    private readonly samples: SamplesService,
    private readonly newest: NewestService,
    private readonly minMax: MinMaxService,
  ) {}

  /**
   * One id after the other as they are asked for, each by time.
   * @throws {DomainError} SHIP_NOT_FOUND, SAMPLES_TOO_MANY; {ValidationException}
   */
  async points(ids: readonly string[], query: HistoryQueryDto): Promise<Point[]> {
    const wanted = [...new Set(ids)].map((id) => ({ id, point: pointIn(id) }));
    if (wanted.length > POINT_IDS_MAX)
      throw fault(
        `ids are ${wanted.length} different ones, and at most ${POINT_IDS_MAX} can be asked for`,
      );
    demandFew(wanted.length, query);
    const points: Point[] = [];
    for (const { id, point } of wanted) {
      const scope = await this.#scope(point, query);
      for (const [at, value] of await this.#values(scope, point, query, POINTS_MAX - points.length))
        points.push({ timestamp: at / MICROS_PER_MILLISECOND, value, id });
    }
    return points;
  }

  #scope({ ship, battery, field }: PointId, { start, end }: HistoryQueryDto): Promise<SampleScope> {
    return this.scopes.of(ship, { start, end, field: [field], battery: [String(battery)] });
  }

  async #values(
    scope: SampleScope,
    { field }: PointId,
    { strategy, size }: HistoryQueryDto,
    max: number,
  ): Promise<Value[]> {
    switch (strategy) {
      case 'raw':
        return valuesOf(await this.#all(scope, max), field);
      case 'latest':
        return valuesOf(await this.newest.samples(scope), field);
      case 'minmax': {
        // Each stretch gives two points.
        const stretches = Math.max(1, Math.floor(sizeIn(size) / 2));
        const found = await this.minMax.stretches(scope, stretches, true);
        return found.flatMap(extremesOf);
      }
    }
  }

  async #all(scope: SampleScope, max: number): Promise<Sample[]> {
    const samples = await this.samples.atMost(scope, max);
    if (samples) return samples;
    throw new DomainError(
      'SAMPLES_TOO_MANY',
      `There are more than ${POINTS_MAX} points: ask for less time, or with strategy=minmax.`,
      { field: 'start' },
    );
  }
}

type Value = readonly [at: Instant, value: number | string];

/** Of minima and maxima it is known beforehand how many they may be. */
function demandFew(ids: number, { strategy, size }: HistoryQueryDto): void {
  if (strategy !== 'minmax' || ids * sizeIn(size) <= POINTS_MAX) return;
  throw new DomainError(
    'SAMPLES_TOO_MANY',
    `${ids} ids with up to ${sizeIn(size)} points each are more than ${POINTS_MAX} points: ask for fewer, or with a smaller size.`,
    { field: 'size' },
  );
}

function pointIn(id: string): PointId {
  const point = parsePointId(id);
  if (point) return point;
  throw fault(`ids must be such as USS~20Enterprise.0.volts, with commas between them`);
}

const fault = (message: string): ValidationException =>
  new ValidationException([{ field: 'ids', message }]);

function valuesOf(samples: readonly Sample[], field: string): Value[] {
  return samples.flatMap(({ packet, reader, values }) => {
    const value = values[reader.fields.findIndex(({ name }) => name === field)] ?? null;
    return value === null ? [] : [[packet.generatedAt, value] as const];
  });
}

/** Two points, in the order in which they were; one where both are the same. */
function extremesOf({ min, minAt, max, maxAt }: Stretch): Value[] {
  if (minAt === maxAt && min === max) return [[minAt, min]];
  const points: Value[] = [
    [minAt, min],
    [maxAt, max],
  ];
  return minAt < maxAt ? points : points.toReversed();
}
