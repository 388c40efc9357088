import { type FieldReader, fieldReaderOf, type FieldValue } from './field-values.js';
import { CHECKSUM_BYTES, maxRecordsOf, type PacketDefinition } from './packet-definition.js';
import type { PacketSample } from './packet-reader.js';
import { type RawReader, rawReaderOf } from './raw-values.js';
import { ValueJudge } from './value-judge.js';

/**
 * The part of a packet that comes several times, one sample each. A packet without one is a group of one record without
 * fields, where the packet is one sample.
 */
export class RecordGroup {
  readonly #at: number;
  readonly #size: number;
  readonly #count: RawReader;
  readonly #countMin: number;
  readonly #countMax: number;
  readonly #instance: RawReader | null;
  readonly #fields: readonly FieldReader[];
  readonly #judge: ValueJudge;
  readonly #hasIndex: boolean;
  readonly #isFixed: boolean;
  readonly #checksumBytes: number;
  readonly #tagBytes: number;
  readonly #isTagOptional: boolean;

  constructor({ bytes, repeat, tag, hasChecksum, invalid }: PacketDefinition) {
    const count = repeat?.count ?? 1;
    this.#at = repeat?.at ?? 0;
    this.#size = repeat?.size ?? 0;
    this.#count = typeof count === 'number' ? () => count : rawReaderOf(count.raw);
    this.#countMin = typeof count === 'number' ? count : count.min;
    this.#countMax = repeat ? maxRecordsOf(repeat) : 1;
    this.#instance = repeat?.instance ? rawReaderOf(repeat.instance) : null;
    this.#fields = (repeat?.fields ?? []).map(fieldReaderOf);
    this.#judge = new ValueJudge(invalid === 'fault' ? (repeat?.fields ?? []) : []);
    this.#hasIndex = repeat !== null;
    this.#isFixed = bytes !== null;
    this.#checksumBytes = hasChecksum ? CHECKSUM_BYTES : 0;
    this.#tagBytes = tag?.bytes ?? 0;
    this.#isTagOptional = tag?.isOptional ?? false;
  }

  /** With no record at all: fewer bytes have no room for what tells how many there are. */
  get bytesMin(): number {
    return this.#at + (this.#isTagOptional ? 0 : this.#tagBytes) + this.#checksumBytes;
  }

  get bytesMax(): number {
    return this.#at + this.#countMax * this.#size + this.#tagBytes + this.#checksumBytes;
  }

  /** Null for a number that cannot be, or that does not fit the length. */
  countOf(bytes: Buffer, offset: number, length: number): number | null {
    const count = this.#count(bytes, offset);
    if (count < this.#countMin || count > this.#countMax) return null;
    if (this.#isFixed) return count;
    const behind = length - this.#checksumBytes - this.#at - count * this.#size;
    return behind === this.#tagBytes || (behind === 0 && this.#isTagOptional) ? count : null;
  }

  isTagged(length: number, count: number): boolean {
    if (!this.#isTagOptional) return this.#tagBytes > 0;
    return length - this.#checksumBytes > this.#at + count * this.#size;
  }

  /** Of the first value that cannot be; null where all can. */
  faultOf(bytes: Buffer, offset: number, count: number): string | null {
    for (let index = 0; index < count; index += 1) {
      const fault = this.#judge.faultOf(bytes, offset + this.#at + index * this.#size);
      if (fault !== null) return fault;
    }
    return null;
  }

  /** Each with the values that the packet has once before its own. */
  samplesOf(packet: Buffer, front: readonly FieldValue[]): readonly PacketSample[] {
    const count = this.countOf(packet, 0, packet.length) ?? 0;
    const samples: PacketSample[] = [];
    for (let index = 0; index < count; index += 1) {
      const offset = this.#at + index * this.#size;
      const values = front.slice();
      for (const { value } of this.#fields) values.push(value(packet, offset));
      samples.push({ battery: this.#instanceOf(packet, offset, index), values });
    }
    return samples;
  }

  instancesInto(room: Uint8Array, bytes: Buffer, offset: number, count: number): void {
    for (let index = 0; index < count; index += 1)
      room[index] = this.#instanceOf(bytes, offset + this.#at + index * this.#size, index);
  }

  #instanceOf(packet: Buffer, offset: number, index: number): number {
    if (this.#instance) return this.#instance(packet, offset);
    return this.#hasIndex ? index : 0;
  }
}
