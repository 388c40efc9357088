import type { RawValue } from './packet-definition.js';

/** Reads a number; the offset is of the packet, or of the record. The bytes must be there. */
export type RawReader = (bytes: Buffer, offset: number) => number;

/**
 * The quickest reader for a value. Integers of more than 53 bits come as the nearest number; floats of 32 bits as the
 * very number that they are.
 */
export function rawReaderOf(raw: RawValue): RawReader {
  if (raw.kind === 'float') return floatReader(raw);
  if (raw.isLittleEndian) return littleReader(raw);
  return raw.atBit % 8 === 0 ? (alignedReader(raw) ?? bitReader(raw)) : bitReader(raw);
}

function floatReader({ atBit, bits, isLittleEndian }: RawValue): RawReader {
  const at = atBit / 8;
  if (bits === 32) {
    return isLittleEndian
      ? (bytes, offset) => bytes.readFloatLE(offset + at)
      : (bytes, offset) => bytes.readFloatBE(offset + at);
  }
  return isLittleEndian
    ? (bytes, offset) => bytes.readDoubleLE(offset + at)
    : (bytes, offset) => bytes.readDoubleBE(offset + at);
}

/** The common sizes; undefined for others. */
function alignedReader({ atBit, bits, kind }: RawValue): RawReader | undefined {
  const at = atBit / 8;
  switch (`${kind}${bits}`) {
    case 'uint8':
      return (bytes, offset) => bytes.readUInt8(offset + at);
    case 'int8':
      return (bytes, offset) => bytes.readInt8(offset + at);
    case 'uint16':
      return (bytes, offset) => bytes.readUInt16BE(offset + at);
    case 'int16':
      return (bytes, offset) => bytes.readInt16BE(offset + at);
    case 'uint32':
      return (bytes, offset) => bytes.readUInt32BE(offset + at);
    case 'int32':
      return (bytes, offset) => bytes.readInt32BE(offset + at);
    default:
      return undefined;
  }
}

/** Any bits, in two parts: sums of parts of at most 32 bits are rounded once, at the end. */
function bitReader({ atBit, bits, kind }: RawValue): RawReader {
  const lowBits = Math.min(bits, 32);
  const highBits = bits - lowBits;
  const signAt = 2 ** ((highBits || lowBits) - 1);
  const wrap = kind === 'int' ? signAt * 2 : 0;
  if (highBits === 0) {
    return (bytes, offset) => signed(bitsOf(bytes, offset * 8 + atBit, lowBits), signAt, wrap);
  }
  return (bytes, offset) => {
    const high = signed(bitsOf(bytes, offset * 8 + atBit, highBits), signAt, wrap);
    return high * 0x1_0000_0000 + bitsOf(bytes, offset * 8 + atBit + highBits, lowBits);
  };
}

/** Whole bytes, the lowest first. */
function littleReader({ atBit, bits, kind }: RawValue): RawReader {
  const at = atBit / 8;
  const lowBytes = Math.min(bits / 8, 4);
  const highBytes = bits / 8 - lowBytes;
  const signAt = 2 ** ((highBytes || lowBytes) * 8 - 1);
  const wrap = kind === 'int' ? signAt * 2 : 0;
  if (highBytes === 0) {
    return (bytes, offset) => signed(bytes.readUIntLE(offset + at, lowBytes), signAt, wrap);
  }
  return (bytes, offset) => {
    const high = signed(bytes.readUIntLE(offset + at + 4, highBytes), signAt, wrap);
    return high * 0x1_0000_0000 + bytes.readUIntLE(offset + at, lowBytes);
  };
}

const signed = (value: number, signAt: number, wrap: number): number =>
  wrap !== 0 && value >= signAt ? value - wrap : value;

/** At most 32 bits from a bit of the bytes on, the highest one first. */
function bitsOf(bytes: Buffer, fromBit: number, bits: number): number {
  let value = 0;
  let bit = fromBit;
  let left = bits;
  while (left > 0) {
    const inByte = bit % 8;
    const taken = Math.min(8 - inByte, left);
    const byte = bytes[Math.floor(bit / 8)] ?? 0;
    const part = (byte >>> (8 - inByte - taken)) & (2 ** taken - 1);
    value = value * 2 ** taken + part;
    bit += taken;
    left -= taken;
  }
  return value;
}
