import { BATTERY_MODES, type BatteryReading } from '#common/domain';
import {
  CLOSING,
  CLOSING_BYTES,
  COUNT_MASK,
  CRC_BYTES,
  FRONT_BYTES,
  RECORD_BYTES,
  SECONDARY_HEADER_FLAG,
  UNSEGMENTED,
} from './battery-packet-layout.js';
import { crc16 } from './crc16.js';
import { packetTag, TAG_BYTES } from './packet-signature.js';

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
