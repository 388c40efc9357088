import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { DomainError, type Instant, parseInstant } from '#common/domain';
import { decodeCursor, type Page, pageOf, type PageQueryDto } from '#common/platform';
import type { SamplesQueryDto } from './ship.dto.js';
import {
  type Sample,
  type SamplePosition,
  type ShipSummary,
  TelemetryArchive,
} from '../archive/telemetry-archive.port.js';

/** What people ask the archive. */
@Injectable()
export class ShipsService {
  constructor(private readonly archive: TelemetryArchive) {}

  async ships({ limit, cursor }: PageQueryDto): Promise<Page<ShipSummary>> {
    const after = cursor === undefined ? null : nameIn(cursor);
    const items = await this.archive.ships(after, limit + 1);
    return pageOf(items, limit, ({ name }) => [name]);
  }

  /** @throws {DomainError} SHIP_NOT_FOUND */
  async samples(name: string, query: SamplesQueryDto): Promise<Page<Sample>> {
    const after = query.cursor === undefined ? null : positionIn(query.cursor);
    const { id, firstSampleAt, lastSampleAt } = await this.#ship(name);
    const { limit } = query;
    // Beyond its first and its last sample a ship has none: to look there would only cost time.
    const start = narrower(Math.max, instantIn(query.start), firstSampleAt);
    const end = narrower(
      Math.min,
      instantIn(query.end),
      lastSampleAt === null ? null : lastSampleAt + 1,
    );
    const items = await this.archive.samples(id, { start, end, after, limit: limit + 1 });
    return pageOf(items, limit, (sample) => [
      sample.generatedAt,
      sample.contactId,
      sample.sequence,
      sample.battery,
    ]);
  }

  /** @throws {DomainError} SHIP_NOT_FOUND */
  async latest(name: string): Promise<Sample[]> {
    const { id } = await this.#ship(name);
    return this.archive.latest(id);
  }

  async #ship(name: string): Promise<ShipSummary> {
    const ship = await this.archive.ship(name);
    if (!ship) throw new DomainError('SHIP_NOT_FOUND', `There is no ship "${name}".`);
    return ship;
  }
}

const instantIn = (text: string | undefined): Instant | null =>
  text === undefined ? null : parseInstant(text);

const narrower = (
  choose: (one: Instant, other: Instant) => Instant,
  asked: Instant | null,
  known: Instant | null,
): Instant | null => (asked === null || known === null ? (asked ?? known) : choose(asked, known));

const nameIn = (cursor: string): string => decodeCursor(cursor, isName)[0];

const isName = (value: readonly unknown[]): value is readonly [string] =>
  value.length === 1 && typeof value[0] === 'string' && !value[0].includes('\0');

function positionIn(cursor: string): SamplePosition {
  const [generatedAt, contactId, sequence, battery] = decodeCursor(cursor, isPosition);
  return { generatedAt, contactId, sequence, battery };
}

const isPosition = (
  value: readonly unknown[],
): value is readonly [number, string, number, number] =>
  value.length === 4 &&
  isCount(value[0], Number.MAX_SAFE_INTEGER) &&
  isUUID(value[1]) &&
  isCount(value[2], Number.MAX_SAFE_INTEGER) &&
  isCount(value[3], 255);

const isCount = (value: unknown, max: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
