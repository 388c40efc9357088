import { BATTERY_MODES, type BatteryReading } from '#common/domain';
import { crc16 } from './crc16.js';
import { packetTag, TAG_BYTES } from './packet-signature.js';

/*
 * One CCSDS Space Packet (133.0-B) per datagram, big-endian:
 *
 *    0–5   version 000, type 0, secondary header flag 1, APID 11 bits | sequence flags, count 14 bits |
 *          total length − 7
 *    6–13  uint64 generation time, Unix milliseconds
 *   14–17  uint32 extended sequence count; its low 14 bits equal the header's
 *   18     uint8  number of records
 *   19–…   records: uint8 battery, uint8 mode, float32 volts, amperes, °C, charge in %
 *    …     16 bytes tag over everything before it, only with a key: `packet-signature.ts`
 *   last 2 CRC-16 over everything before it
 */
const FRONT_BYTES = 19;
const RECORD_BYTES = 18;
const CRC_BYTES = 2;
const PRIMARY_HEADER_BYTES = 6;
const NUMBERED_BYTES = 18;
const CLOSING_BYTES = FRONT_BYTES + CRC_BYTES;

const SECONDARY_HEADER_FLAG = 0x0800;
const VERSION_AND_TYPE_MASK = 0xf000;
const UNSEGMENTED = 0b11;
const CLOSING = 0b00;
const COUNT_MASK = 0x3fff;

export const APID_MIN = 1;
export const APID_MAX = 2_046;
export const APID_IDLE = 0x7ff;
export const BATTERY_RECORDS_MAX = 32;
export const BATTERY_PACKET_BYTES_MAX = CLOSING_BYTES + BATTERY_RECORDS_MAX * RECORD_BYTES;
/** An instant counts microseconds, which a number holds exactly up to here (the year 2255). */
export const GENERATED_AT_MS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1_000);

export interface BatteryRecord extends BatteryReading {
  /** Number of the battery on its ship, 0 to 255. */
  readonly battery: number;
}

export interface BatteryPacket {
  readonly apid: number;
  /** Extended count, 32 bits. */
  readonly sequence: number;
  readonly generatedAtMs: number;
  readonly records: readonly BatteryRecord[];
}

export type PacketFault =
  | 'too-short'
  | 'too-long'
  | 'wrong-version-or-type'
  | 'no-secondary-header'
  | 'length-differs'
  | 'wrong-sequence-flags'
  | 'wrong-record-count'
  | 'counts-differ'
  | 'wrong-time'
  | 'unknown-mode'
  | 'value-not-finite';

export type DecodedPacket =
  | { readonly kind: 'battery'; readonly packet: BatteryPacket }
  | { readonly kind: 'closing'; readonly apid: number; readonly lastSequence: number }
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'corrupt';
      /** As the packet claims; null where it is too short or claims nothing possible. */
      readonly apid: number | null;
      /** As the packet claims; null where its two counts contradict each other. */
      readonly sequence: number | null;
    }
  | { readonly kind: 'malformed'; readonly reason: PacketFault };

/** Throws a RangeError for what the format cannot hold: that would be a fault of the caller. */
export function encodeBatteryPacket(packet: BatteryPacket, key: Uint8Array | null = null): Buffer {
  const { records } = packet;
  if (records.length < 1 || records.length > BATTERY_RECORDS_MAX) {
    throw new RangeError(`A battery packet has 1 to ${BATTERY_RECORDS_MAX} records`);
  }
  const bytes = Buffer.allocUnsafe(CLOSING_BYTES + records.length * RECORD_BYTES + tagBytesOf(key));
  writeFront(bytes, packet.apid, UNSEGMENTED, packet.sequence, packet.generatedAtMs);
  bytes.writeUInt8(records.length, 18);
  let offset = FRONT_BYTES;
  for (const record of records) {
    writeRecord(bytes, offset, record);
    offset += RECORD_BYTES;
  }
  return sealed(bytes, key);
}

/** Tells the receiver that the stream is over and which number was the last; 0 for none sent. */
export function encodeClosingPacket(
  apid: number,
  lastSequence: number,
  generatedAtMs: number,
  key: Uint8Array | null = null,
): Buffer {
  const bytes = Buffer.allocUnsafe(CLOSING_BYTES + tagBytesOf(key));
  writeFront(bytes, apid, CLOSING, lastSequence, generatedAtMs);
  bytes.writeUInt8(0, 18);
  return sealed(bytes, key);
}

/**
 * Reads any bytes and never throws. The CRC is judged before the fields, so that a damaged packet
 * counts as corrupt wherever the damage is.
 */
export function decodeBatteryPacket(datagram: Buffer): DecodedPacket {
  const size = datagram.length;
  if (size <= PRIMARY_HEADER_BYTES) return malformed('too-short');
  const identity = datagram.readUInt16BE(0);
  // A foreign idle packet has neither a secondary header nor our CRC; ours would have both.
  if (isBareIdle(identity)) {
    return datagram.readUInt16BE(4) === size - 7 ? IDLE : malformed('length-differs');
  }
  if (size < CLOSING_BYTES) return malformed('too-short');
  if (size > BATTERY_PACKET_BYTES_MAX) return malformed('too-long');
  if (crc16(datagram) !== 0) return corrupt(datagram, identity);

  if ((identity & VERSION_AND_TYPE_MASK) !== 0) return malformed('wrong-version-or-type');
  if ((identity & SECONDARY_HEADER_FLAG) === 0) return malformed('no-secondary-header');
  if (datagram.readUInt16BE(4) !== size - 7) return malformed('length-differs');
  const apid = identity & APID_IDLE;
  return apid === APID_IDLE ? IDLE : decodeBody(datagram, apid);
}

function decodeBody(datagram: Buffer, apid: number): DecodedPacket {
  const control = datagram.readUInt16BE(2);
  const sequence = datagram.readUInt32BE(14);
  if ((sequence & COUNT_MASK) !== (control & COUNT_MASK)) return malformed('counts-differ');

  const generatedAtMs = datagram.readUInt32BE(6) * 0x1_0000_0000 + datagram.readUInt32BE(10);
  if (generatedAtMs > GENERATED_AT_MS_MAX) return malformed('wrong-time');

  const flags = control >>> 14;
  const count = datagram.readUInt8(18);
  if (flags === CLOSING) {
    if (count !== 0 || datagram.length !== CLOSING_BYTES) return malformed('wrong-record-count');
    return { kind: 'closing', apid, lastSequence: sequence };
  }
  if (flags !== UNSEGMENTED) return malformed('wrong-sequence-flags');
  if (count < 1 || datagram.length !== CLOSING_BYTES + count * RECORD_BYTES) {
    return malformed('wrong-record-count');
  }
  const records = decodeRecords(datagram, count);
  if (typeof records === 'string') return malformed(records);
  return { kind: 'battery', packet: { apid, sequence, generatedAtMs, records } };
}

function decodeRecords(datagram: Buffer, count: number): BatteryRecord[] | PacketFault {
  const records: BatteryRecord[] = [];
  for (let index = 0; index < count; index++) {
    const offset = FRONT_BYTES + index * RECORD_BYTES;
    const mode = BATTERY_MODES[datagram.readUInt8(offset + 1)];
    if (mode === undefined) return 'unknown-mode';
    const volts = datagram.readFloatBE(offset + 2);
    const amperes = datagram.readFloatBE(offset + 6);
    const celsius = datagram.readFloatBE(offset + 10);
    const charge = datagram.readFloatBE(offset + 14);
    // Single precision cannot overflow this sum: it is finite only if every part is.
    if (!Number.isFinite(volts + amperes + celsius + charge)) return 'value-not-finite';
    records.push({ battery: datagram.readUInt8(offset), mode, volts, amperes, celsius, charge });
  }
  return records;
}

const IDLE: DecodedPacket = { kind: 'idle' };

const malformed = (reason: PacketFault): DecodedPacket => ({ kind: 'malformed', reason });

const isBareIdle = (identity: number): boolean =>
  (identity & SECONDARY_HEADER_FLAG) === 0 && (identity & APID_IDLE) === APID_IDLE;

function corrupt(datagram: Buffer, identity: number): DecodedPacket {
  const claimed = identity & APID_IDLE;
  const apid = claimed >= APID_MIN && claimed <= APID_MAX ? claimed : null;
  const sequence = datagram.length >= NUMBERED_BYTES ? datagram.readUInt32BE(14) : null;
  const isConsistent =
    sequence !== null && (sequence & COUNT_MASK) === (datagram.readUInt16BE(2) & COUNT_MASK);
  return { kind: 'corrupt', apid, sequence: isConsistent ? sequence : null };
}

function writeFront(
  bytes: Buffer,
  apid: number,
  flags: number,
  sequence: number,
  generatedAtMs: number,
): void {
  if (apid < APID_MIN || apid > APID_MAX) {
    throw new RangeError(`An APID is ${APID_MIN} to ${APID_MAX}`);
  }
  bytes.writeUInt16BE(SECONDARY_HEADER_FLAG | apid, 0);
  bytes.writeUInt16BE((flags << 14) | (sequence & COUNT_MASK), 2);
  bytes.writeUInt16BE(bytes.length - 7, 4);
  bytes.writeUInt32BE(Math.floor(generatedAtMs / 0x1_0000_0000), 6);
  bytes.writeUInt32BE(generatedAtMs % 0x1_0000_0000, 10);
  bytes.writeUInt32BE(sequence, 14);
}

function writeRecord(bytes: Buffer, offset: number, record: BatteryRecord): void {
  bytes.writeUInt8(record.battery, offset);
  bytes.writeUInt8(BATTERY_MODES.indexOf(record.mode), offset + 1);
  bytes.writeFloatBE(record.volts, offset + 2);
  bytes.writeFloatBE(record.amperes, offset + 6);
  bytes.writeFloatBE(record.celsius, offset + 10);
  bytes.writeFloatBE(record.charge, offset + 14);
}

const tagBytesOf = (key: Uint8Array | null): number => (key === null ? 0 : TAG_BYTES);

function sealed(bytes: Buffer, key: Uint8Array | null): Buffer {
  if (key !== null) {
    const tagAt = bytes.length - CRC_BYTES - TAG_BYTES;
    bytes.set(packetTag(key, bytes, 0, tagAt), tagAt);
  }
  bytes.writeUInt16BE(crc16(bytes, bytes.length - CRC_BYTES), bytes.length - CRC_BYTES);
  return bytes;
}
