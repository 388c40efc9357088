import { Injectable } from '@nestjs/common';
import type { Page } from '#common/platform';
import { TelemetryArchive } from '../archive/telemetry-archive.port.js';
import { PacketReaders } from '../packets/packet-readers.js';
import { orderedPackets } from './ordered-packets.js';
import { type ArchivedPacket, comparePositions, positionOf } from './packet-order.js';
import { type Sample, readerOf, samplesOf } from './sample.js';
import { BEHIND_ALL, cursorOf, positionIn, type SamplePosition } from './sample-position.js';
import { isEmptyRange, type SampleScope } from './sample-scope.js';

/** For one page; a page that would take more is cut short, and the next one goes on there. */
export const PAGE_PACKETS_MAX = 200_000;

/** For an answer that has to be whole. */
const PACKETS_MAX = 1_000_000;

export interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly packetsMax?: number;
}

/** The samples themselves. */
@Injectable()
export class SamplesService {
  constructor(
    private readonly archive: TelemetryArchive,
    private readonly readers: PacketReaders,
  ) {}

  /** In order. A short page does not mean the end: `next` does. */
  async page(
    scope: SampleScope,
    { limit, cursor, packetsMax = PAGE_PACKETS_MAX }: PageAsked,
  ): Promise<Page<Sample>> {
    const from = cursor === undefined ? null : positionIn(cursor);
    const { ship, batteries } = scope;
    const start = Math.max(scope.range.start ?? -Infinity, from?.generatedAt ?? -Infinity);
    const range = { start: start === -Infinity ? null : start, end: scope.range.end };
    const page = new PageInWork(limit, packetsMax, new Set(batteries), from);
    if (isEmptyRange(range) || batteries.length === 0) return page.sealed();
    const blocks = this.archive.blocks(ship.id, range);
    for await (const packets of orderedPackets(blocks, { ...range, from }))
      for (const packet of packets) {
        page.add(packet, samplesOf(packet, readerOf(this.readers, packet.origin.definition)));
        if (page.isFull) return page.sealed();
      }
    return page.sealed();
  }

  /** All of the range, or null where there are more than `max`, or too many packets to look for them. */
  async atMost(scope: SampleScope, max: number): Promise<Sample[] | null> {
    const { ship, range, batteries } = scope;
    if (isEmptyRange(range) || batteries.length === 0) return [];
    const wanted = new Set(batteries);
    const found: Sample[] = [];
    let count = 0;
    for await (const packets of orderedPackets(this.archive.blocks(ship.id, range), range)) {
      count += packets.length;
      for (const packet of packets)
        for (const sample of samplesOf(packet, readerOf(this.readers, packet.origin.definition)))
          if (wanted.has(sample.battery)) found.push(sample);
      if (found.length > max || count > PACKETS_MAX) return null;
    }
    return found;
  }
}

class PageInWork {
  readonly #items: Sample[] = [];
  #packets = 0;
  #last: ArchivedPacket | null = null;

  constructor(
    private readonly limit: number,
    private readonly packetsMax: number,
    private readonly batteries: ReadonlySet<number>,
    private readonly from: SamplePosition | null,
  ) {}

  /** One more sample than the limit tells that there is a next page. */
  get isFull(): boolean {
    return this.#items.length > this.limit || this.#packets >= this.packetsMax;
  }

  add(packet: ArchivedPacket, samples: readonly Sample[]): void {
    const { from } = this;
    const seen = from && comparePositions(positionOf(packet), from) === 0 ? from.index : -1;
    for (const sample of samples)
      if (sample.index > seen && this.batteries.has(sample.battery)) this.#items.push(sample);
    // The one that the page before ended in does not count: each page gets on.
    if (seen === -1) this.#packets += 1;
    this.#last = packet;
  }

  sealed(): Page<Sample> {
    const items = this.#items.slice(0, this.limit);
    return { items, next: this.isFull ? this.#next(items.at(-1)) : null };
  }

  #next(last: Sample | undefined): string {
    if (last && this.#items.length > this.limit) return cursorOf(last.packet, last.index);
    return cursorOf(this.#last!, BEHIND_ALL);
  }
}
