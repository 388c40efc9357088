import { Injectable } from '@nestjs/common';
import { DomainError, type Instant } from '#common/domain';
import { BLOCK_SPAN_MICROS, blockMinute, type PacketBlock } from '../archive/packet-block.js';
import { framesOf } from '../archive/packet-frame.js';
import { type LatestPacket, TelemetryArchive } from '../archive/telemetry-archive.port.js';
import { PacketReaders } from '../packets/packet-readers.js';
import { comparePositions, positionOf } from './packet-order.js';
import { readerOf, type Sample, samplesOf } from './sample.js';
import { isEmptyRange, type SampleScope } from './sample-scope.js';

/** To be looked through for the newest before some time. */
export const NEWEST_PACKETS_MAX = 1_000_000;

/** The newest sample of each battery, of all times or up to some time. */
@Injectable()
export class NewestService {
  constructor(
    private readonly archive: TelemetryArchive,
    private readonly readers: PacketReaders,
  ) {}

  /** Of all times: these are kept, and nothing has to be looked for. By battery. */
  samplesIn(packets: readonly LatestPacket[]): Sample[] {
    return packets.flatMap((packet) => {
      const samples = samplesOf({ ...packet, origin: packet }, this.#reader(packet.definition));
      return samples.findLast(({ battery }) => battery === packet.battery) ?? [];
    });
  }

  /** Of the range; by battery. @throws {DomainError} SAMPLES_TOO_MANY */
  async samples({ ship, asked, range, latest }: SampleScope): Promise<Sample[]> {
    const { start, end } = range;
    if (isEmptyRange(range) || start === null || end === null) return [];
    const isBefore = ({ generatedAt }: LatestPacket): boolean =>
      generatedAt < (asked.end ?? Infinity);
    const known = latest.filter((packet) => isBefore(packet) && packet.generatedAt >= start);
    const later = latest.filter((packet) => !isBefore(packet)).map(({ battery }) => battery);
    const found = await this.#search(ship.id, { start, end }, new Set(later));
    return [...this.samplesIn(known), ...found].toSorted((a, b) => a.battery - b.battery);
  }

  /** Goes back in steps, each twice as long as the one before, until every battery was heard. */
  async #search(
    shipId: number,
    range: { readonly start: Instant; readonly end: Instant },
    wanted: Set<number>,
  ): Promise<Sample[]> {
    const found: Sample[] = [];
    let { end } = range;
    let packets = 0;
    for (let span = BLOCK_SPAN_MICROS; wanted.size > 0 && end > range.start; span *= 2) {
      const start = Math.max(range.start, blockMinute(end - span));
      const newest = new Map<number, Sample>();
      for await (const block of this.archive.blocks(shipId, { start, end })) {
        packets += block.packets;
        if (packets > NEWEST_PACKETS_MAX) throw tooMany();
        this.#look(block, { start, end }, wanted, newest);
      }
      for (const sample of newest.values()) {
        found.push(sample);
        wanted.delete(sample.battery);
      }
      end = start;
    }
    return found;
  }

  #look(
    block: PacketBlock,
    { start, end }: { readonly start: Instant; readonly end: Instant },
    wanted: ReadonlySet<number>,
    newest: Map<number, Sample>,
  ): void {
    const reader = this.#reader(block.definition);
    for (const frame of framesOf(block.body)) {
      if (frame.generatedAt < start || frame.generatedAt >= end) continue;
      for (const sample of samplesOf({ ...frame, origin: block }, reader)) {
        const known = newest.get(sample.battery);
        if (wanted.has(sample.battery) && (!known || isNewer(sample, known)))
          newest.set(sample.battery, sample);
      }
    }
  }

  #reader(definition: string) {
    return readerOf(this.readers, definition);
  }
}

/** A battery twice in a packet: the later one counts. */
const isNewer = (one: Sample, other: Sample): boolean =>
  comparePositions(positionOf(one.packet), positionOf(other.packet)) >= 0;

const tooMany = (): DomainError =>
  new DomainError(
    'SAMPLES_TOO_MANY',
    `There is no sample of a battery in the ${NEWEST_PACKETS_MAX} packets before: say where to start.`,
    { field: 'start' },
  );
