import { BlockBuilder } from '../../archive/block-builder.js';
import { blockMinute, type PacketBlock } from '../../archive/packet-block.js';
import type { PacketPosition } from '../packet-order.js';

export const SHIP_ID = 1;

/** A packet before it is in any block. */
export interface LoosePacket extends PacketPosition {
  readonly definition?: string;
  readonly receivedAt?: number;
  readonly samples?: number;
  readonly packet: Buffer;
}

/** Blocks of at most `packetsMax`, as if the packets had come in this order; by `firstAt`. */
export function blocksOf(packets: readonly LoosePacket[], packetsMax = 4_096): PacketBlock[] {
  const open = new Map<string, BlockBuilder>();
  const numbers = new Map<string, number>();
  const blocks: PacketBlock[] = [];
  const seal = (key: string, builder: BlockBuilder): void => {
    const reception = `${builder.owner.contactId}/${builder.owner.fence}`;
    const number = (numbers.get(reception) ?? 0) + 1;
    numbers.set(reception, number);
    blocks.push(builder.seal(number));
    open.delete(key);
  };
  for (const loose of packets) {
    const { contactId, fence, definition = 'battery', generatedAt, packet, sequence } = loose;
    const key = [contactId, fence, definition, blockMinute(generatedAt)].join('/');
    const owner = { contactId, fence, definition, shipId: SHIP_ID };
    const builder = open.get(key) ?? new BlockBuilder(owner, generatedAt);
    open.set(key, builder);
    const head = { generatedAt, sequence, receivedAt: loose.receivedAt ?? generatedAt };
    builder.add(head, packet, 0, packet.length, loose.samples ?? 1);
    if (builder.packets >= packetsMax) seal(key, builder);
  }
  for (const [key, builder] of open) seal(key, builder);
  return blocks.toSorted(byPlace);
}

/** The order in which the archive gives them. */
export const byPlace = (one: PacketBlock, other: PacketBlock): number =>
  one.firstAt - other.firstAt ||
  one.contactId.localeCompare(other.contactId) ||
  one.fence - other.fence ||
  one.number - other.number;

export async function* streamOf<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  for (const item of items) yield item;
}
