import type { PacketBlock } from '../archive/packet-block.js';
import type { PacketFrame } from '../archive/packet-frame.js';

/** Of whom a packet is, and how it is read. */
export type PacketOrigin = Pick<PacketBlock, 'contactId' | 'fence' | 'definition'>;

/** A packet with where it is from. Its bytes are part of a block: whoever keeps one keeps all of it. */
export interface ArchivedPacket extends PacketFrame {
  readonly origin: PacketOrigin;
}

/** The place of a packet among those of its ship. No two packets have the same. */
export interface PacketPosition {
  readonly generatedAt: number;
  readonly contactId: string;
  readonly fence: number;
  readonly sequence: number;
}

export const positionOf = ({ generatedAt, sequence, origin }: ArchivedPacket): PacketPosition => ({
  generatedAt,
  contactId: origin.contactId,
  fence: origin.fence,
  sequence,
});

/**
 * The one order of packets, in every answer: nothing of it says when a packet came or how it is kept.
 */
export function comparePositions(one: PacketPosition, other: PacketPosition): number {
  if (one.generatedAt !== other.generatedAt) return one.generatedAt - other.generatedAt;
  if (one.contactId !== other.contactId) return one.contactId < other.contactId ? -1 : 1;
  return one.fence - other.fence || one.sequence - other.sequence;
}
