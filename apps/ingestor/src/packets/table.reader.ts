import { APID_MAX, APID_MIN, crc16 } from '#common/contracts';
import { columnsOf, type FieldReader, fieldReaderOf } from './field-values.js';
import { type TimeReader, timeReaderOf } from './generation-time.js';
import {
  CHECKSUM_BYTES,
  type PacketDefinition,
  PRIMARY_HEADER_BYTES,
} from './packet-definition.js';
import {
  type BadPacket,
  type PacketField,
  PacketReader,
  type PacketSample,
  type PacketVerdict,
} from './packet-reader.js';
import { RecordGroup } from './record-group.js';
import { ValueJudge } from './value-judge.js';

const VERSION_AND_TYPE_MASK = 0xf000;
const SECONDARY_HEADER_FLAG = 0x0800;
const APID_MASK = 0x07ff;
const COUNT_MASK = 0x3fff;
const UNSEGMENTED = 0b11;

/** Reads space packets by a table. All that can be known before a packet comes is worked out once, here. */
export class TableReader extends PacketReader {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly PacketField[];

  readonly #apids: ReadonlySet<number> | null;
  readonly #sequenceAt: number | null;
  readonly #time: TimeReader | null;
  readonly #front: readonly FieldReader[];
  readonly #judge: ValueJudge;
  readonly #group: RecordGroup;
  readonly #checksumBytes: number;
  readonly #bytesMin: number;
  readonly #bytesMax: number;

  constructor(readonly definition: PacketDefinition) {
    super();
    const { apids, bytes, fields, hasChecksum, time, sequenceAt } = definition;
    this.name = definition.name;
    this.title = definition.title;
    this.fields = columnsOf(definition);
    this.#apids = apids === 'any' ? null : new Set(apids);
    this.#sequenceAt = sequenceAt;
    this.#time = time && timeReaderOf(time);
    this.#front = fields.map(fieldReaderOf);
    this.#judge = new ValueJudge(definition.invalid === 'fault' ? fields : []);
    this.#checksumBytes = hasChecksum ? CHECKSUM_BYTES : 0;
    this.#group = new RecordGroup(definition);
    this.#bytesMin = bytes ?? this.#group.bytesMin;
    this.#bytesMax = bytes ?? this.#group.bytesMax;
  }

  /** Whether packets of the APID are of this format. */
  takes(apid: number): boolean {
    return this.#apids ? this.#apids.has(apid) : apid >= APID_MIN && apid <= APID_MAX;
  }

  /** The check sum is judged before the rest, so that a damaged packet is corrupt wherever the damage is. */
  check(bytes: Buffer, offset: number, length: number): PacketVerdict {
    if (length <= PRIMARY_HEADER_BYTES || length < this.#bytesMin) return TOO_SHORT;
    if (!(offset >= 0 && offset + length <= bytes.length)) return TOO_SHORT;
    if (length > this.#bytesMax) return malformed('too-long');
    if (this.#checksumBytes > 0 && crc16(bytes, offset + length, offset) !== 0) return CORRUPT;

    const identity = bytes.readUInt16BE(offset);
    if ((identity & VERSION_AND_TYPE_MASK) !== 0) return malformed('wrong-version-or-type');
    const hasSecondaryHeader = (identity & SECONDARY_HEADER_FLAG) !== 0;
    if (hasSecondaryHeader !== this.definition.hasSecondaryHeader) {
      return malformed(hasSecondaryHeader ? 'secondary-header' : 'no-secondary-header');
    }
    if (bytes.readUInt16BE(offset + 4) !== length - 7) return malformed('length-differs');
    const apid = identity & APID_MASK;
    return this.takes(apid)
      ? this.#checkBody(bytes, offset, length, apid)
      : malformed('wrong-apid');
  }

  samplesOf(packet: Buffer): readonly PacketSample[] {
    const { length } = packet;
    if (length <= PRIMARY_HEADER_BYTES || length < this.#bytesMin) return [];
    const front = this.#front.map(({ value }) => value(packet, 0));
    return this.#group.samplesOf(packet, front);
  }

  /** Instances of the samples of a good packet, in order, into room for 256. */
  instancesInto(room: Uint8Array, bytes: Buffer, offset: number, count: number): void {
    this.#group.instancesInto(room, bytes, offset, count);
  }

  #checkBody(bytes: Buffer, offset: number, length: number, apid: number): PacketVerdict {
    const control = bytes.readUInt16BE(offset + 2);
    const count14 = control & COUNT_MASK;
    const sequence =
      this.#sequenceAt === null ? null : bytes.readUInt32BE(offset + this.#sequenceAt);
    if (sequence !== null && (sequence & COUNT_MASK) !== count14) return malformed('counts-differ');

    const generatedAt = this.#time && this.#time(bytes, offset);
    if (this.#time && generatedAt === null) return malformed('wrong-time');
    if (!this.definition.isSegmentAllowed && control >>> 14 !== UNSEGMENTED) {
      return malformed('wrong-sequence-flags');
    }
    const sampleCount = this.#group.countOf(bytes, offset, length);
    if (sampleCount === null) return malformed('wrong-record-count');
    const fault =
      this.#judge.faultOf(bytes, offset) ?? this.#group.faultOf(bytes, offset, sampleCount);
    if (fault !== null) return malformed(fault);

    const isTagged = this.#group.isTagged(length, sampleCount);
    return { kind: 'good', apid, count14, sequence, generatedAt, sampleCount, isTagged };
  }
}

const malformed = (reason: string): BadPacket => ({ kind: 'malformed', reason });
const TOO_SHORT = malformed('too-short');
const CORRUPT: BadPacket = { kind: 'corrupt', reason: 'wrong-checksum' };
