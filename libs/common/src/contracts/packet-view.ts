import { BATTERY_MODES } from '#common/domain';
import {
  CLOSING,
  CLOSING_BYTES,
  COUNT_MASK,
  FRONT_BYTES,
  RECORD_BYTES,
  SECONDARY_HEADER_FLAG,
  UNSEGMENTED,
} from './battery-packet-layout.js';
import {
  APID_IDLE,
  APID_MIN,
  BATTERY_PACKET_BYTES_MAX,
  BATTERY_RECORDS_MAX,
  GENERATED_AT_MS_MAX,
} from './battery-packet.js';
import { crc16 } from './crc16.js';

const PRIMARY_HEADER_BYTES = 6;
/** Up to the end of the extended count. */
const NUMBERED_BYTES = 18;
const VERSION_AND_TYPE_MASK = 0xf000;
const MODE_COUNT = BATTERY_MODES.length;

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

export type PacketKind = 'battery' | 'closing' | 'idle' | 'corrupt' | 'malformed';

/**
 * What one packet says, read where it lies; the next one is read into the same view, since an object
 * per packet would cost as much as reading it. Reads any bytes and never throws.
 */
export class PacketView {
  kind: PacketKind = 'malformed';
  /** Of what is malformed. */
  reason: PacketFault = 'too-short';
  /** Of a corrupt packet as it claims; null where it claims nothing possible. */
  apid: number | null = null;
  /**
   * The extended count; of a closing packet that of the last packet, of a corrupt one as it claims, and
   * null where its two counts contradict each other.
   */
  sequence: number | null = null;
  generatedAtMs = 0;
  /** Of a battery packet, 1 to 32; as many of `batteries` and `volts` are its own. */
  records = 0;
  readonly batteries = new Uint8Array(BATTERY_RECORDS_MAX);
  readonly volts: Float32Array;
  readonly #voltBits = new Uint32Array(BATTERY_RECORDS_MAX);

  constructor() {
    this.volts = new Float32Array(this.#voltBits.buffer);
  }

  /**
   * Reads all but the tag. A whole packet ends in `tagBytes` of one before its CRC. The CRC is judged
   * before the fields, so that a damaged packet counts as corrupt wherever the damage is.
   */
  read(bytes: Uint8Array, start: number, length: number, tagBytes = 0): PacketKind {
    if (this.readHeader(bytes, start, length, tagBytes))
      this.readBody(bytes, start, length, tagBytes);
    return this.kind;
  }

  /**
   * Size, CRC and primary header alone: true when `readBody` can go on and `apid` says whose packet it
   * claims to be; else `kind` is final. Whoever expects a tag looks at it in between.
   */
  readHeader(bytes: Uint8Array, start: number, length: number, tagBytes = 0): boolean {
    if (length <= PRIMARY_HEADER_BYTES) return this.#fail('too-short');
    const identity = uint16(bytes, start);
    // A foreign idle packet has neither a secondary header nor our CRC; ours would have both.
    if (isBareIdle(identity)) {
      if (uint16(bytes, start + 4) !== length - 7) return this.#fail('length-differs');
      return this.#end('idle');
    }
    if (length < CLOSING_BYTES) return this.#fail('too-short');
    if (length > BATTERY_PACKET_BYTES_MAX + tagBytes) return this.#fail('too-long');
    if (crc16(bytes, start + length, start) !== 0) return this.#claim(bytes, start, identity);

    if ((identity & VERSION_AND_TYPE_MASK) !== 0) return this.#fail('wrong-version-or-type');
    if ((identity & SECONDARY_HEADER_FLAG) === 0) return this.#fail('no-secondary-header');
    if (uint16(bytes, start + 4) !== length - 7) return this.#fail('length-differs');
    this.apid = identity & APID_IDLE;
    return this.apid === APID_IDLE ? this.#end('idle') : true;
  }

  /** All behind the primary header, once `readHeader` said that it can be read. */
  readBody(bytes: Uint8Array, start: number, length: number, tagBytes = 0): void {
    const control = uint16(bytes, start + 2);
    const sequence = uint32(bytes, start + 14);
    this.sequence = sequence;
    if (((sequence ^ control) & COUNT_MASK) !== 0) return void this.#fail('counts-differ');

    this.generatedAtMs = uint32(bytes, start + 6) * 0x1_0000_0000 + uint32(bytes, start + 10);
    if (this.generatedAtMs > GENERATED_AT_MS_MAX) return void this.#fail('wrong-time');

    const flags = control >>> 14;
    const count = bytes[start + 18]!;
    const isFitting = length === CLOSING_BYTES + tagBytes + count * RECORD_BYTES;
    if (flags === CLOSING) {
      if (count !== 0 || !isFitting) return void this.#fail('wrong-record-count');
      return void this.#end('closing');
    }
    if (flags !== UNSEGMENTED) return void this.#fail('wrong-sequence-flags');
    if (count < 1 || !isFitting) return void this.#fail('wrong-record-count');
    this.#readRecords(bytes, start + FRONT_BYTES, count);
  }

  /** As long as a packet without a tag would be. Only after `readHeader`. */
  isUntagged(bytes: Uint8Array, start: number, length: number): boolean {
    return length === CLOSING_BYTES + bytes[start + 18]! * RECORD_BYTES;
  }

  #readRecords(bytes: Uint8Array, start: number, count: number): void {
    const { batteries } = this;
    const voltBits = this.#voltBits;
    for (let nr = 0; nr < count; nr += 1) {
      const at = start + nr * RECORD_BYTES;
      if (bytes[at + 1]! >= MODE_COUNT) return void this.#fail('unknown-mode');
      if (
        isNotFinite(bytes, at + 2) ||
        isNotFinite(bytes, at + 6) ||
        isNotFinite(bytes, at + 10) ||
        isNotFinite(bytes, at + 14)
      )
        return void this.#fail('value-not-finite');
      batteries[nr] = bytes[at]!;
      voltBits[nr] = uint32(bytes, at + 2);
    }
    this.records = count;
    this.kind = 'battery';
  }

  #end(kind: 'idle' | 'closing'): false {
    this.kind = kind;
    return false;
  }

  #fail(reason: PacketFault): false {
    this.kind = 'malformed';
    this.reason = reason;
    return false;
  }

  #claim(bytes: Uint8Array, start: number, identity: number): false {
    const apid = identity & APID_IDLE;
    const sequence = uint32(bytes, start + NUMBERED_BYTES - 4);
    const isConsistent = ((sequence ^ uint16(bytes, start + 2)) & COUNT_MASK) === 0;
    this.kind = 'corrupt';
    this.apid = apid >= APID_MIN && apid < APID_IDLE ? apid : null;
    this.sequence = isConsistent ? sequence : null;
    return false;
  }
}

/** Any telemetry packet, by its primary header alone (CCSDS 133.0-B): its length is the datagram's. */
export const isWholeTelemetry = (bytes: Uint8Array, start: number, length: number): boolean =>
  length > PRIMARY_HEADER_BYTES &&
  (uint16(bytes, start) & VERSION_AND_TYPE_MASK) === 0 &&
  uint16(bytes, start + 4) === length - 7;

const isBareIdle = (identity: number): boolean =>
  (identity & SECONDARY_HEADER_FLAG) === 0 && (identity & APID_IDLE) === APID_IDLE;

/** Single precision with all bits of the exponent set is an infinity or not a number. */
const isNotFinite = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at]! & 0x7f) === 0x7f && bytes[at + 1]! >= 0x80;

/** Inside the bytes: the caller has looked at the length. */
const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
