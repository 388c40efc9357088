import type { Instant } from '#common/domain';

/** A column of the samples of a packet. */
export interface PacketField {
  readonly name: string;
  readonly unit: string | null;
  readonly type: 'number' | 'text';
}

export interface PacketSample {
  /** Number of the instance, such as the battery; 0 where there is none. */
  readonly battery: number;
  /** In the order of the fields; null where there is none or none that can be. */
  readonly values: readonly (number | string | null)[];
}

export interface GoodPacket {
  readonly kind: 'good';
  /** Null where the format knows none. */
  readonly apid: number | null;
  /** The header's count of 14 bits; null where the format knows none. */
  readonly count14: number | null;
  /** The count of 32 bits; null where there is none. */
  readonly sequence: number | null;
  /** Null: the packet does not say. */
  readonly generatedAt: Instant | null;
  readonly sampleCount: number;
  /** A tag of the format stands at its end; whether it is true, who has the key must judge. */
  readonly isTagged: boolean;
}

/** The reason is in stable words, such as `too-short`. */
export interface BadPacket {
  /** Corrupt: its check sum is wrong. Malformed: it is not what the format says. */
  readonly kind: 'corrupt' | 'malformed';
  readonly reason: string;
}

export type PacketVerdict = GoodPacket | BadPacket;

/** Reads one format of packets. */
export abstract class PacketReader {
  abstract readonly name: string;
  abstract readonly title: string;
  abstract readonly fields: readonly PacketField[];

  /** Judges `length` bytes from `offset` on. Takes any bytes, also fewer than it is told of, and never throws. */
  abstract check(bytes: Buffer, offset: number, length: number): PacketVerdict;

  /** Of a packet that was found good; of one that is too short for that, none. Never throws. */
  abstract samplesOf(packet: Buffer): readonly PacketSample[];
}
