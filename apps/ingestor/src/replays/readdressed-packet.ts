import { APID_IDLE, crc16, packetTag, TAG_BYTES } from '#common/contracts';
import { DomainError } from '#common/domain';
import type { RecordedContact } from '../receptions/reception-store.port.js';

const RECORDS_AT = 19;
const RECORD_COUNT_AT = 18;
const RECORD_BYTES = 18;
const CRC_BYTES = 2;
const LENGTH_AT = 4;
const LENGTH_BASE = 7;

/**
 * A stored battery packet for another receiver: its APID, its key or none, its CRC made anew; all that
 * the ship said stays as it was. Throws a RangeError for bytes that are no such packet.
 */
export function readdressed(packet: Buffer, apid: number, key: Uint8Array | null): Buffer {
  const bodyBytes = RECORDS_AT + packet.readUInt8(RECORD_COUNT_AT) * RECORD_BYTES;
  if (packet.length < bodyBytes + CRC_BYTES) throw new RangeError('A stored packet is cut off');
  const bytes = Buffer.alloc(bodyBytes + (key ? TAG_BYTES : 0) + CRC_BYTES);
  packet.copy(bytes, 0, 0, bodyBytes);
  bytes.writeUInt16BE((packet.readUInt16BE(0) & ~APID_IDLE) | apid, 0);
  bytes.writeUInt16BE(bytes.length - LENGTH_BASE, LENGTH_AT);
  if (key) bytes.set(packetTag(key, bytes, 0, bodyBytes), bodyBytes);
  const crcAt = bytes.length - CRC_BYTES;
  bytes.writeUInt16BE(crc16(bytes, crcAt), crcAt);
  return bytes;
}

/**
 * Only packets of our own ships can be made anew: a text has no APID, and where a foreign packet has its
 * check sum, if any, and what else hangs on its APID, its ship alone knows.
 * REPLAY_FORMAT_DIFFERS, with the field that asks for it.
 */
export function refuseReaddressing({ report, isForeign }: RecordedContact, field: string): void {
  if (report.accounting === 'sequence' && !isForeign) return;
  const message = isForeign
    ? `Packets of ${report.ship_name}, a foreign ship, cannot be sent under another APID`
    : 'The contact was recorded as texts, which have no APID';
  throw new DomainError('REPLAY_FORMAT_DIFFERS', message, { field });
}
