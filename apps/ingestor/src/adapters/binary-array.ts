/**
 * PostgreSQL arrays in their binary form, which pg sends as it is when a parameter is a Buffer: no
 * text is made of the numbers here and none is read there. Each element stands behind its length.
 *
 *   int32 dimensions | int32 has nulls | int32 element type | int32 length | int32 lower bound | …
 */
const HEADER_BYTES = 20;

interface ElementType {
  readonly oid: number;
  readonly bytes: number;
  readonly write: (buffer: Buffer, value: number, offset: number) => void;
}

/** 2000-01-01 in microseconds since 1970: PostgreSQL counts from there. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000;
const TWO_TO_32 = 0x1_0000_0000;

/** Faster than a BigInt per element, and exact below 2⁵³. */
function writeInt64(buffer: Buffer, value: number, offset: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), offset);
  buffer.writeUInt32BE(value - Math.floor(value / TWO_TO_32) * TWO_TO_32, offset + 4);
}

export const INT2: ElementType = {
  oid: 21,
  bytes: 2,
  write: (buffer, value, offset) => void buffer.writeInt16BE(value, offset),
};
export const INT4: ElementType = {
  oid: 23,
  bytes: 4,
  write: (buffer, value, offset) => void buffer.writeInt32BE(value, offset),
};
export const INT8: ElementType = { oid: 20, bytes: 8, write: writeInt64 };
/** From microseconds since 1970. */
export const TIMESTAMPTZ: ElementType = {
  oid: 1184,
  bytes: 8,
  write: (buffer, value, offset) => writeInt64(buffer, value - POSTGRES_EPOCH_MICROS, offset),
};

/** Of elements that are bytes in any case: their binary form is what they are. */
export const BYTEA_OID = 17;
export const TEXT_OID = 25;
export const JSON_OID = 114;

export function binaryArray(type: ElementType, values: readonly number[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + type.bytes));
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = buffer.writeInt32BE(type.bytes, offset);
    type.write(buffer, value, offset);
    offset += type.bytes;
  }
  writeHeader(buffer, type.oid, values.length);
  return buffer;
}

/** Of bytes, or of texts as UTF-8; in pieces, among which bytes stand as they are. */
export function binaryArrayOf(oid: number, values: readonly (Buffer | string)[]): Buffer[] {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(header, oid, values.length);
  return [header, ...values.flatMap(elementOf)];
}

function elementOf(value: Buffer | string): Buffer[] {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const length = Buffer.allocUnsafe(4);
  length.writeInt32BE(bytes.length);
  return [length, bytes];
}

/** None of them has a NULL. */
function writeHeader(buffer: Buffer, oid: number, length: number): void {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
}
