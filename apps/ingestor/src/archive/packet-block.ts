import { type Instant, MICROS_PER_SECOND, type SequenceRange } from '#common/domain';

/** The generation times of a block lie in one of these, counted from 1970. */
export const BLOCK_SPAN_MICROS = 60 * MICROS_PER_SECOND;
export const BLOCK_PACKETS_MAX = 4_096;
/** Of its body; a packet that is larger than all of it is not received. */
export const BLOCK_BYTES_MAX = 256 * 1024;

/**
 * Packets of one reception and one minute: what the archive stores at once, and reads at once. Rows of
 * single samples would cost a hundred times as much at the rates of a socket.
 */
export interface PacketBlock {
  readonly contactId: string;
  readonly fence: number;
  readonly shipId: number;
  /** Of its reception, from 1 without gaps as they are sealed; merged ones keep the lowest. */
  readonly number: number;
  /** How its packets are read: the name of a packet definition. */
  readonly definition: string;
  /** The earliest and the latest generation time. */
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** When the last of it was received. */
  readonly receivedAt: Instant;
  readonly packets: number;
  readonly samples: number;
  /** The numbers of its packets, sorted. */
  readonly numbers: readonly SequenceRange[];
  /** Frames one after the other, in any order; see packet-frame.ts. */
  readonly body: Buffer;
}

/** The place of a block among those of its ship. */
export type BlockPosition = Pick<PacketBlock, 'firstAt' | 'contactId' | 'fence' | 'number'>;

/** The start of the minute that the instant lies in. */
export const blockMinute = (instant: Instant): Instant =>
  Math.floor(instant / BLOCK_SPAN_MICROS) * BLOCK_SPAN_MICROS;
