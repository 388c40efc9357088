const POLYNOMIAL = 0x1021;
const START = 0xffff;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 0x8000 ? (remainder << 1) ^ POLYNOMIAL : remainder << 1;
  }
  return remainder & 0xffff;
});

/**
 * CRC-16 with polynomial 0x1021, start 0xFFFF, no reflection and no final XOR: the packet error
 * control of CCSDS 132.0-B, known as CRC-16/IBM-3740. Over bytes that end in their own CRC it is 0.
 */
export function crc16(bytes: Uint8Array, end = bytes.length, start = 0): number {
  let crc = START;
  for (let index = start; index < end; index++) {
    // Both lookups are inside their arrays; the types cannot know.
    crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >>> 8) ^ bytes[index]!]!;
  }
  return crc;
}
