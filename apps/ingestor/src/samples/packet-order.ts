import type { PacketBlock } from '../archive/packet-block.js';
import type { PacketFrame } from '../archive/packet-frame.js';

/** A packet with the block that holds it; whoever keeps one keeps its block. */
export interface ArchivedPacket extends PacketFrame {
  readonly block: PacketBlock;
}

/** The place of a packet among those of its ship. No two packets have the same. */
export interface PacketPosition {
  readonly generatedAt: number;
  readonly contactId: string;
  readonly fence: number;
  readonly sequence: number;
}

export const positionOf = ({ generatedAt, sequence, block }: ArchivedPacket): PacketPosition => ({
  generatedAt,
  contactId: block.contactId,
  fence: block.fence,
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
