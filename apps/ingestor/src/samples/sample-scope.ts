import { Injectable } from '@nestjs/common';
import { DomainError, type Instant } from '#common/domain';
import { ValidationException } from '#common/platform';
import {
  type LatestPacket,
  type ShipSummary,
  type ShipWithLatest,
  TelemetryArchive,
  type TimeRange,
} from '../archive/telemetry-archive.port.js';
import type { PacketField } from '../packets/packet-reader.js';
import { PacketReaders } from '../packets/packet-readers.js';
import { parsePointInTime } from './point-in-time.js';
import { readerOf } from './sample.js';

/** As the parameters say it. */
export interface AskedSamples {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly field?: readonly string[] | undefined;
  readonly battery?: readonly string[] | undefined;
}

/** What was asked for, held against what there is. */
export interface SampleScope {
  readonly ship: ShipSummary;
  /** As it was asked. */
  readonly asked: TimeRange;
  /** No wider than what the ship has: to look elsewhere would only cost time. */
  readonly range: TimeRange;
  /** All of the ship, or those asked for. */
  readonly fields: readonly PacketField[];
  /** All that ever sent, or those of them that were asked for; sorted. */
  readonly batteries: readonly number[];
  /** Of those batteries. */
  readonly latest: readonly LatestPacket[];
}

/** Makes sense of what people ask for. */
@Injectable()
export class SampleScopes {
  constructor(
    private readonly archive: TelemetryArchive,
    private readonly readers: PacketReaders,
  ) {}

  /** @throws {DomainError} SHIP_NOT_FOUND */
  async ship(name: string): Promise<ShipSummary> {
    return (await this.archive.ship(name)) ?? refuseUnknown(name);
  }

  /** @throws {DomainError} SHIP_NOT_FOUND; {ValidationException} for fields that the ship has not */
  async of(name: string, query: AskedSamples): Promise<SampleScope> {
    const asked = rangeIn(query);
    const ship = (await this.archive.shipWithLatest(name)) ?? refuseUnknown(name);
    const { latest } = ship;
    const wanted = query.battery && new Set(query.battery.map(Number));
    const ofWanted = latest.filter(({ battery }) => !wanted || wanted.has(battery));
    return {
      ship,
      asked,
      range: narrowed(asked, ship),
      fields: chosen(this.#fieldsOf(ship), query.field),
      batteries: ofWanted.map(({ battery }) => battery).toSorted((one, other) => one - other),
      latest: ofWanted,
    };
  }

  /** In the order of their definition; those of a ship that changed its format are joined. */
  #fieldsOf({ name, latest }: ShipWithLatest): PacketField[] {
    const definitions = new Set(latest.map(({ definition }) => definition));
    const used = [...definitions].map((definition) => readerOf(this.readers, definition));
    const { battery } = this.readers;
    const readers = used.length > 0 ? used : [this.readers.foreignShip(name)?.reader ?? battery];
    const fields = new Map<string, PacketField>();
    for (const { fields: own } of readers)
      for (const field of own) if (!fields.has(field.name)) fields.set(field.name, field);
    return [...fields.values()];
  }
}

function refuseUnknown(name: string): never {
  throw new DomainError('SHIP_NOT_FOUND', `There is no ship "${name}".`);
}

function rangeIn(query: AskedSamples): TimeRange {
  const [start, end] = [instantIn(query.start), instantIn(query.end)];
  if (start !== null && end !== null && start >= end)
    throw new ValidationException([{ field: 'end', message: 'end must be after start' }]);
  return { start, end };
}

const instantIn = (text: string | undefined): Instant | null =>
  text === undefined ? null : parsePointInTime(text);

function narrowed({ start, end }: TimeRange, ship: ShipSummary): TimeRange {
  const { firstSampleAt, lastSampleAt } = ship;
  // Without a sample there is nothing to find, wherever one looks.
  if (firstSampleAt === null || lastSampleAt === null) return { start: 0, end: 0 };
  return {
    start: Math.max(start ?? firstSampleAt, firstSampleAt),
    end: Math.min(end ?? Infinity, lastSampleAt + 1),
  };
}

function chosen(
  known: readonly PacketField[],
  names: readonly string[] | undefined,
): readonly PacketField[] {
  if (!names) return known;
  const unknown = names.filter((name) => !known.some((field) => field.name === name));
  if (unknown.length === 0) return known.filter(({ name }) => names.includes(name));
  const message = `field "${unknown[0]}" is not known; known are ${known.map(({ name }) => name).join(', ')}`;
  throw new ValidationException([{ field: 'field', message }]);
}

/** Whether nothing can lie in it. */
export const isEmptyRange = ({ start, end }: TimeRange): boolean =>
  start !== null && end !== null && start >= end;
