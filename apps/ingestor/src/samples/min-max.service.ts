import { Injectable } from '@nestjs/common';
import { DomainError, type Instant } from '#common/domain';
import { ValidationException } from '#common/platform';
import { framesOf } from '../archive/packet-frame.js';
import type { PacketBlock } from '../archive/packet-block.js';
import { type Level, TelemetryArchive } from '../archive/telemetry-archive.port.js';
import type { PacketReader } from '../packets/packet-reader.js';
import { PacketReaders } from '../packets/packet-readers.js';
import { LevelReading, type WholeRange } from './level-reading.js';
import { MinMaxSeries, type SeriesName } from './min-max-series.js';
import { type Grid, gridOf, levelStepsOf } from './min-max-steps.js';
import { readerOf } from './sample.js';
import { isEmptyRange, type SampleScope } from './sample-scope.js';

/** Of one request. Each costs a look-up and a list. */
export const SERIES_MAX = 128;
/** In one answer: 100,000 stretches are some 20 MB of text. */
export const STRETCHES_MAX = 100_000;
/** To be read one by one, for stretches under a minute or minutes that have no levels yet. */
export const MIN_MAX_PACKETS_MAX = 2_000_000;

export interface Stretch extends Level, SeriesName {
  readonly end: Instant;
}

/** Minima and maxima, from the levels that are kept and, where these do not serve, from the packets. */
@Injectable()
export class MinMaxService {
  constructor(
    private readonly archive: TelemetryArchive,
    private readonly readers: PacketReaders,
  ) {}

  /**
   * By battery, then field as the definition has them, then time; stretches without a value are left out.
   * @param size at most so many stretches of each series
   * @throws {DomainError} SAMPLES_TOO_MANY; {ValidationException} for a field of texts
   */
  async stretches(scope: SampleScope, size: number, isFieldAsked: boolean): Promise<Stretch[]> {
    const names = seriesNames(scope, isFieldAsked);
    refuseTooMany(names.length, size);
    const { range, asked, ship } = scope;
    if (isEmptyRange(range) || names.length === 0) return [];
    const [start, end] = [asked.start ?? range.start!, asked.end ?? range.end!];
    const grid = gridOf(start, end, size);
    const series = names.map((name) => new MinMaxSeries(name, grid));
    const reading = new LevelReading(this.archive, ship.id, series);
    const whole = { start: range.start!, end: range.end! };
    const rest = await reading.read(whole, levelStepsOf(grid));
    await this.#decode(ship.id, rest, series);
    return series.flatMap((one) => stretchesOf(one, grid, { start, end }));
  }

  async #decode(
    shipId: number,
    ranges: readonly WholeRange[],
    series: readonly MinMaxSeries[],
  ): Promise<void> {
    const inBlocks = new SeriesInBlocks(series);
    let packets = 0;
    for (const range of ranges)
      for await (const block of this.archive.blocks(shipId, range)) {
        packets += block.packets;
        if (packets > MIN_MAX_PACKETS_MAX) throw tooManyPackets();
        inBlocks.add(block, readerOf(this.readers, block.definition), range);
      }
  }
}

/** Feeds series with what blocks say. */
class SeriesInBlocks {
  readonly #byReader = new Map<PacketReader, Map<number, (readonly [number, MinMaxSeries])[]>>();

  constructor(private readonly series: readonly MinMaxSeries[]) {}

  add(block: PacketBlock, reader: PacketReader, { start, end }: WholeRange): void {
    const places = this.#placesIn(reader);
    for (const { generatedAt, packet } of framesOf(block.body)) {
      if (generatedAt < start || generatedAt >= end) continue;
      for (const { battery, values } of reader.samplesOf(packet))
        for (const [at, series] of places.get(battery) ?? []) {
          const value = values[at];
          if (typeof value === 'number') series.addValue(value, generatedAt);
        }
    }
  }

  /** Of each battery, which values go into which series. */
  #placesIn(reader: PacketReader) {
    const known = this.#byReader.get(reader);
    if (known) return known;
    const places = new Map<number, (readonly [number, MinMaxSeries])[]>();
    for (const series of this.series) {
      const { battery, field } = series.name;
      const at = reader.fields.findIndex(({ name }) => name === field);
      if (at >= 0) places.set(battery, [...(places.get(battery) ?? []), [at, series]]);
    }
    this.#byReader.set(reader, places);
    return places;
  }
}

function seriesNames({ batteries, fields }: SampleScope, isFieldAsked: boolean): SeriesName[] {
  const text = fields.find(({ type }) => type === 'text');
  if (text && isFieldAsked) {
    const message = `field "${text.name}" is a text: it has no minimum`;
    throw new ValidationException([{ field: 'field', message }]);
  }
  const numeric = fields.filter(({ type }) => type === 'number');
  return batteries.flatMap((battery) => numeric.map(({ name: field }) => ({ battery, field })));
}

function refuseTooMany(count: number, size: number): void {
  if (count > SERIES_MAX)
    throw new DomainError(
      'SAMPLES_TOO_MANY',
      `These are ${count} series, and one request has at most ${SERIES_MAX}: name the fields and batteries.`,
      { field: 'field' },
    );
  if (count * size > STRETCHES_MAX)
    throw new DomainError(
      'SAMPLES_TOO_MANY',
      `${count} series of ${size} stretches are more than ${STRETCHES_MAX}: ask for a smaller size, ` +
        'or name fewer fields and batteries.',
      { field: 'size' },
    );
}

const tooManyPackets = (): DomainError =>
  new DomainError(
    'SAMPLES_TOO_MANY',
    `More than ${MIN_MAX_PACKETS_MAX} packets would have to be read one by one: ask for fewer ` +
      'stretches, so that each is a minute or longer, or for less time; or export the samples.',
    { field: 'size' },
  );

/** Cut to what was asked for: of the rest the figures say nothing. */
const stretchesOf = (series: MinMaxSeries, { step }: Grid, asked: WholeRange): Stretch[] =>
  series.levels().map(({ start, count, min, minAt, max, maxAt }) => ({
    battery: series.name.battery,
    field: series.name.field,
    start: Math.max(start, asked.start),
    end: Math.min(start + step, asked.end),
    count,
    min,
    minAt,
    max,
    maxAt,
  }));
