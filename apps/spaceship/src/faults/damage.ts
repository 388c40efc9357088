import { crc16, type StreamFormat } from '#common/contracts';
import { seededRandom } from '#common/domain';
import { Draws } from './draws.js';

const FLIPS_MAX = 3;
/** A truncated packet keeps its header, both counts, and as much as a closing packet has. */
export const TRUNCATED_PACKET_BYTES_MIN = 21;
/** No byte of UTF-8. */
const BROKEN_BYTE = 0xff;

/**
 * The bits of a packet's first 18 bytes that say whose it is and which: the APID, the count, the extended
 * count. They stay, so that a receiver can tell which number was damaged.
 */
const IDENTITY_BITS = [
  0x07, 0xff, 0x3f, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
];

/**
 * A damaged copy; `bits` says how. A packet is truncated or has 1 to 3 bits flipped, and its CRC is then
 * always wrong; a text is truncated or has a byte broken, and can then never be read.
 */
export function damaged(format: StreamFormat, bytes: Buffer, bits: number): Buffer {
  const draws = new Draws(seededRandom(bits));
  const isTruncated = draws.happens(0.5);
  if (format === 'ccsds') {
    return (isTruncated ? truncatedPacket(bytes, draws) : null) ?? flippedPacket(bytes, draws);
  }
  // The text is one object, so nothing that lacks its end can be read.
  if (isTruncated) return Buffer.from(bytes.subarray(0, 1 + draws.below(bytes.length - 1)));
  const broken = Buffer.from(bytes);
  broken[draws.below(bytes.length)] = BROKEN_BYTE;
  return broken;
}

/** Null when what is left has a right CRC, which one in 65,536 has. */
function truncatedPacket(bytes: Buffer, draws: Draws): Buffer | null {
  const spare = bytes.length - TRUNCATED_PACKET_BYTES_MIN;
  if (spare <= 0) return null;
  const rest = bytes.subarray(0, TRUNCATED_PACKET_BYTES_MIN + draws.below(spare));
  return crc16(rest) === 0 ? null : Buffer.from(rest);
}

/** The CRC finds up to three wrong bits, wherever they are, in all that is shorter than 4 KB. */
function flippedPacket(bytes: Buffer, draws: Draws): Buffer {
  const flipped = Buffer.from(bytes);
  const places = new Set<number>();
  const count = 1 + draws.below(FLIPS_MAX);
  while (places.size < count) {
    const place = draws.below(8 * bytes.length);
    if (isIdentity(place)) continue;
    places.add(place);
  }
  for (const place of places) flipped[place >> 3]! ^= 0x80 >> (place & 7);
  return flipped;
}

const isIdentity = (place: number): boolean =>
  ((IDENTITY_BITS[place >> 3] ?? 0) & (0x80 >> (place & 7))) !== 0;
