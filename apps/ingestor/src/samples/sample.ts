import { DomainError } from '#common/domain';
import type { PacketReader, PacketSample } from '../packets/packet-reader.js';
import type { PacketReaders } from '../packets/packet-readers.js';
import type { ArchivedPacket } from './packet-order.js';

/** What a packet says of one battery. */
export interface Sample extends PacketSample {
  readonly packet: ArchivedPacket;
  readonly reader: PacketReader;
  /** Its place among the samples of its packet, by battery. */
  readonly index: number;
}

/** @throws {DomainError} PACKET_DEFINITION_UNKNOWN */
export function readerOf(readers: PacketReaders, definition: string): PacketReader {
  const reader = readers.named(definition);
  if (reader) return reader;
  throw new DomainError(
    'PACKET_DEFINITION_UNKNOWN',
    `There are packets as the definition "${definition}" describes them, and there is no such definition.`,
  );
}

/** The samples of a packet by battery; those of one battery as they stand. */
export function samplesOf(packet: ArchivedPacket, reader: PacketReader): Sample[] {
  const read = reader.samplesOf(packet.packet);
  const sorted = isSorted(read) ? read : read.toSorted((one, other) => one.battery - other.battery);
  return sorted.map(({ battery, values }, index) => ({ battery, values, packet, reader, index }));
}

function isSorted(samples: readonly PacketSample[]): boolean {
  for (let at = 1; at < samples.length; at += 1)
    if (samples[at]!.battery < samples[at - 1]!.battery) return false;
  return true;
}
