import type { Instant } from '#common/domain';

/** How one kind of space packet is laid out, as a definition file says. All numbers are big-endian unless said. */
export interface PacketDefinition {
  readonly name: string;
  readonly title: string;
  /** Sorted; `any`: every one that a ship may have. */
  readonly apids: readonly number[] | 'any';
  /** Whole packet in bytes, header and check sum included; null: what the repeated group makes of it. */
  readonly bytes: number | null;
  readonly hasSecondaryHeader: boolean;
  readonly isSegmentAllowed: boolean;
  /** Null: the packet says none, and the time of its reception stands for it. */
  readonly time: TimeDefinition | null;
  /** Where the extended count of 32 bits is; null: there is just the header's. */
  readonly sequenceAt: number | null;
  readonly fields: readonly FieldDefinition[];
  readonly repeat: RepeatDefinition | null;
  readonly tag: TagDefinition | null;
  readonly hasChecksum: boolean;
  /** What a value that cannot be makes: the whole packet faulty, or just itself empty. */
  readonly invalid: 'fault' | 'empty';
  /** A ship that we do not ask for its stream. */
  readonly foreign: ForeignShip | null;
}

export interface ForeignShip {
  /** As in a booking. */
  readonly ship: string;
  /** Addresses whose datagrams are believed. */
  readonly from: readonly string[];
}

export interface FieldDefinition {
  readonly name: string;
  readonly unit: string | null;
  readonly raw: RawValue;
  /** value = raw × scale + offset */
  readonly scale: number;
  readonly offset: number;
  /** Both bounds included. */
  readonly valid: readonly [min: number, max: number] | null;
  /** Text per raw value. */
  readonly texts: ReadonlyMap<number, string> | null;
}

export interface RawValue {
  /** From the start of the packet, or of the record of a group. */
  readonly atBit: number;
  readonly bits: number;
  readonly kind: 'uint' | 'int' | 'float';
  readonly isLittleEndian: boolean;
}

export interface RepeatDefinition {
  readonly at: number;
  /** Bytes of one record. */
  readonly size: number;
  /** A number, or where it is read. */
  readonly count: number | CountDefinition;
  /** Number of the instance; null: 0, 1, 2 … in order. */
  readonly instance: RawValue | null;
  readonly fields: readonly FieldDefinition[];
}

export interface CountDefinition {
  readonly raw: RawValue;
  readonly min: number;
  readonly max: number;
}

/** Bytes between the data and the check sum that prove who sent the packet. */
export interface TagDefinition {
  readonly bytes: number;
  readonly isOptional: boolean;
}

export type TimeDefinition =
  | { readonly form: 'unix-ms'; readonly at: number }
  | {
      readonly form: 'cuc';
      readonly at: number;
      readonly coarseBytes: number;
      readonly fineBytes: number;
      readonly epoch: Instant;
      readonly leapSeconds: number;
    }
  | {
      readonly form: 'cds';
      readonly at: number;
      readonly dayBytes: number;
      readonly submillisecondBytes: number;
      readonly epoch: Instant;
    };

export const PRIMARY_HEADER_BYTES = 6;
export const CHECKSUM_BYTES = 2;
/** A datagram of UDP over IPv4 carries no more. */
export const PACKET_BYTES_MAX = 65_507;
/** Of a packet, its repeated group included. */
export const FIELDS_MAX = 512;
export const RECORDS_MAX = 256;
/** As many instances as a sample can name. */
export const INSTANCE_BITS_MAX = 8;
export const TAG_BYTES_MAX = 64;

export const maxRecordsOf = ({ count }: RepeatDefinition): number =>
  typeof count === 'number' ? count : count.max;

/** Bytes behind the data. */
export const trailerBytesOf = ({ tag, hasChecksum }: PacketDefinition): number =>
  (tag?.bytes ?? 0) + (hasChecksum ? CHECKSUM_BYTES : 0);

export const timeBytesOf = (time: TimeDefinition): number => {
  switch (time.form) {
    case 'unix-ms':
      return 8;
    case 'cuc':
      return time.coarseBytes + time.fineBytes;
    case 'cds':
      return time.dayBytes + 4 + time.submillisecondBytes;
  }
};
