import { Injectable, Logger } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { DomainError } from '#common/domain';
import { ValidationException } from '#common/platform';
import type { PacketBlock } from '../../archive/packet-block.js';
import { TelemetryArchive, type TimeRange } from '../../archive/telemetry-archive.port.js';
import { PacketReaders } from '../../packets/packet-readers.js';
import { orderedPackets } from '../ordered-packets.js';
import { parsePointInTime } from '../point-in-time.js';
import { readerOf, type Sample, samplesOf } from '../sample.js';
import { isEmptyRange, type SampleScope, SampleScopes } from '../sample-scope.js';
import { csvChunks } from './csv-chunks.js';
import { ExportPlaces } from './export-places.js';
import type { ExportQueryDto } from './export-query.dto.js';
import { ExportStream } from './export-stream.js';
import { ndjsonChunks } from './ndjson-chunks.js';
import { parquetChunks } from './parquet-chunks.js';

/** More than any program that reads tables takes. */
export const CSV_COLUMNS_MAX = 16_384;

type Batches = AsyncGenerator<readonly Sample[], void, undefined>;

/** All samples of a range, of whatever size, a piece at a time. */
@Injectable()
export class ExportService {
  readonly #logger = new Logger(ExportService.name);

  constructor(
    private readonly archive: TelemetryArchive,
    private readonly readers: PacketReaders,
    private readonly scopes: SampleScopes,
    private readonly places: ExportPlaces,
  ) {}

  /** @throws {DomainError} SHIP_NOT_FOUND, EXPORTS_FULL, SAMPLES_TOO_MANY; {ValidationException} */
  async open(name: string, query: ExportQueryDto): Promise<Readable> {
    refuseWhatHasNoPlace(query);
    const scope = await this.scopes.of(name, query);
    if (query.format === 'csv') refuseTooWide(scope);
    const leave = this.places.enter();
    const stream = await ExportStream.of(this.#chunks(name, scope, query), { onClosed: leave });
    // The answer has begun: the client just sees that it is cut off.
    stream.once('error', (fault) => this.#logger.warn(`An export broke off: ${fault.message}`));
    return stream;
  }

  #chunks(name: string, scope: SampleScope, query: ExportQueryDto) {
    const batches = this.#batches(scope, query);
    const hasReceivedAt = query.include !== undefined;
    switch (query.format) {
      case 'csv':
        // A battery that begins to send meanwhile has its column: it was asked for after the first blocks.
        return csvChunks(
          batches,
          scope.fields,
          async () => (await this.scopes.of(name, query)).batteries,
        );
      case 'ndjson':
        return ndjsonChunks(batches, scope.fields, hasReceivedAt);
      case 'parquet':
        return parquetChunks(batches, scope.fields, hasReceivedAt);
    }
  }

  async *#batches(scope: SampleScope, { battery, contact, after }: ExportQueryDto): Batches {
    const range = behind(scope.range, after);
    if (isEmptyRange(range)) return;
    const wanted = battery && new Set(battery.map(Number));
    for await (const packets of orderedPackets(this.#blocks(scope, range, contact), range)) {
      const samples: Sample[] = [];
      for (const packet of packets)
        for (const sample of samplesOf(packet, readerOf(this.readers, packet.origin.definition)))
          if (!wanted || wanted.has(sample.battery)) samples.push(sample);
      yield samples;
    }
  }

  #blocks(
    { ship }: SampleScope,
    range: TimeRange,
    contact: string | undefined,
  ): AsyncIterable<PacketBlock> {
    return contact === undefined
      ? this.archive.blocks(ship.id, range)
      : blocksOfShip(this.archive.blocksOfContact(contact.toLowerCase()), ship.id);
  }
}

/** A contact of another ship is none of this one. */
async function* blocksOfShip(
  blocks: AsyncIterable<PacketBlock>,
  shipId: number,
): AsyncGenerator<PacketBlock, void, undefined> {
  for await (const block of blocks) if (block.shipId === shipId) yield block;
}

function behind({ start, end }: TimeRange, after: string | undefined): TimeRange {
  const last = after === undefined ? null : parsePointInTime(after);
  return last === null ? { start, end } : { start: Math.max(start ?? -Infinity, last + 1), end };
}

/** A row of `csv` is a time, which several packets may share. */
function refuseWhatHasNoPlace({ format, include }: ExportQueryDto): void {
  if (format !== 'csv' || include === undefined) return;
  const message =
    'include is for format=ndjson and format=parquet: a row of csv may be of several packets';
  throw new ValidationException([{ field: 'include', message }]);
}

function refuseTooWide({ fields, batteries }: SampleScope): void {
  if (fields.length * batteries.length < CSV_COLUMNS_MAX) return;
  throw new DomainError(
    'SAMPLES_TOO_MANY',
    `A table has at most ${CSV_COLUMNS_MAX} columns: name the fields or the batteries.`,
    { field: 'field' },
  );
}
