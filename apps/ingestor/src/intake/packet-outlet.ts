import { Injectable } from '@nestjs/common';
import { ArchiveWriter } from '../archive/archive-writer.js';
import type { GoodPacket } from '../archive/good-packet.js';
import { SampleFeed } from '../live/sample-feed.js';
import type { Reception } from '../receptions/reception.js';

/** Where good packets go: to the archive, and to those who watch the ship. */
@Injectable()
export class PacketOutlet {
  #reception: Reception | null = null;
  #isWanted = false;

  constructor(
    private readonly writer: ArchiveWriter,
    private readonly feed: SampleFeed,
  ) {}

  /** Who watches may have changed since the last batch. */
  beginBatch(): void {
    this.#reception = null;
  }

  /** To be asked before the account counts the packet. */
  hasRoomFor(length: number): boolean {
    return this.writer.hasRoomFor(length);
  }

  take(reception: Reception, packet: GoodPacket): void {
    this.writer.take(reception, packet);
    if (this.#isWatched(reception)) this.#offer(reception, packet);
  }

  #isWatched(reception: Reception): boolean {
    if (this.#reception !== reception) {
      this.#reception = reception;
      this.#isWanted = this.feed.wants(reception.shipName);
    }
    return this.#isWanted;
  }

  #offer({ shipId, shipName, contactId }: Reception, packet: GoodPacket): void {
    const { definition, sequence, generatedAt, receivedAt, bytes, start, length } = packet;
    this.feed.offer({
      shipId,
      shipName,
      contactId,
      definition,
      sequence,
      generatedAt,
      receivedAt,
      packet: Buffer.from(bytes.subarray(start, start + length)),
    });
  }
}
