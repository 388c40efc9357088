import { crc32 } from 'node:zlib';
import type { PacketBlock } from '../packet-block.js';
import type { ArchiveBatch, LatestPacket } from '../telemetry-archive.port.js';

/*
 * A batch as a file, big-endian:
 *
 *   0   4 bytes  "PGB1"
 *   4   uint32   bytes of the head
 *   8   the head: JSON, all but the bytes of packets, in whose places stand their lengths
 *   …   bodies of the blocks, then the latest packets, one after the other
 *   last 4       CRC-32 over all before
 */
const MAGIC = 'PGB1';
const FRONT_BYTES = 8;
const CRC_BYTES = 4;

type Head = {
  readonly receptions: ArchiveBatch['receptions'];
  readonly blocks: readonly (Omit<PacketBlock, 'body'> & { readonly body: number })[];
  readonly latest: readonly (Omit<LatestPacket, 'packet'> & { readonly packet: number })[];
};

/** What was read is not a whole batch. */
export class BatchFault extends Error {
  override readonly name = 'BatchFault';
}

export function encodeBatch({ receptions, blocks, latest }: ArchiveBatch): Buffer {
  const head: Head = {
    receptions,
    blocks: blocks.map((block) => ({ ...block, body: block.body.length })),
    latest: latest.map((one) => ({ ...one, packet: one.packet.length })),
  };
  const headBytes = Buffer.from(JSON.stringify(head));
  const front = Buffer.alloc(FRONT_BYTES);
  front.write(MAGIC, 0, 'latin1');
  front.writeUInt32BE(headBytes.length, 4);
  const parts = [
    front,
    headBytes,
    ...blocks.map(({ body }) => body),
    ...latest.map(({ packet }) => packet),
  ];
  const end = Buffer.alloc(CRC_BYTES);
  end.writeUInt32BE(parts.reduce((sum, part) => crc32(part, sum), 0));
  return Buffer.concat([...parts, end]);
}

/** @throws {BatchFault} */
export function decodeBatch(bytes: Buffer): ArchiveBatch {
  const end = bytes.length - CRC_BYTES;
  if (end < FRONT_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new BatchFault('It is no batch of packets');
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end))
    throw new BatchFault('Its checksum is wrong: it is damaged, or its end is missing');
  let offset = FRONT_BYTES + bytes.readUInt32BE(4);
  const head = JSON.parse(bytes.toString('utf8', FRONT_BYTES, offset)) as Head;
  const next = (length: number): Buffer => bytes.subarray(offset, (offset += length));
  return {
    receptions: head.receptions,
    blocks: head.blocks.map((block) => ({ ...block, body: next(block.body) })),
    latest: head.latest.map((one) => ({ ...one, packet: next(one.packet) })),
  };
}
