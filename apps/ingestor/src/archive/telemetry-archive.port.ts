import type { Instant } from '#common/domain';
import type { ReceptionProgress } from '../receptions/reception-store.port.js';
import type { PacketBlock } from './packet-block.js';
import type { PacketFrame } from './packet-frame.js';

export interface ShipSummary {
  readonly id: number;
  readonly name: string;
  readonly samplesCount: number;
  readonly firstSampleAt: Instant | null;
  readonly lastSampleAt: Instant | null;
}

/** What the account of a reception said when the batch was sealed. */
export interface BatchReception {
  readonly contactId: string;
  readonly fence: number;
  readonly shipId: number;
  readonly progress: ReceptionProgress;
}

/** The packet with the newest sample of one battery of a ship. */
export interface LatestPacket extends PacketFrame {
  readonly shipId: number;
  readonly contactId: string;
  readonly fence: number;
  readonly definition: string;
  readonly battery: number;
}

export interface ShipWithLatest extends ShipSummary {
  /** By battery. */
  readonly latest: readonly LatestPacket[];
}

/** Blocks, and the accounts that count exactly their packets and those of all batches before. */
export interface ArchiveBatch {
  readonly receptions: readonly BatchReception[];
  /** Of each reception in the order of their numbers. */
  readonly blocks: readonly PacketBlock[];
  /** At most one per ship and battery. */
  readonly latest: readonly LatestPacket[];
}

export interface TimeRange {
  readonly start: Instant | null;
  /** The first instant that is not asked for. */
  readonly end: Instant | null;
}

/** What one field of one battery said in a stretch of time. Of equal values the earliest counts. */
export interface Level {
  readonly start: Instant;
  readonly count: number;
  readonly min: number;
  readonly minAt: Instant;
  readonly max: number;
  readonly maxAt: Instant;
}

export interface LevelQuery {
  readonly battery: number;
  readonly field: string;
  /** Both whole multiples of `step`. */
  readonly start: Instant;
  readonly end: Instant;
  /** One of `LEVEL_STEPS`. */
  readonly step: number;
}

export interface Levels {
  /** By time; stretches without a value are left out, and so are those of `unlevelled` minutes. */
  readonly levels: readonly Level[];
  /** Starts of the minutes whose packets have changed since: only the blocks tell of these. */
  readonly unlevelled: readonly Instant[];
}

/** So many readings are open at a time; those that are over with their first piece do not count. */
export const READINGS_MAX = 6;

/** Every good packet, for ever or as long as the retention says. */
export abstract class TelemetryArchive {
  /**
   * Stores blocks, accounts and counts of ships at once or not at all. A batch given twice counts
   * once: of each reception only blocks after the last stored one are taken. What belongs to a
   * reception that has ended, was superseded or is another process's is left out: those of
   * `batch.receptions` it resolves with.
   */
  abstract store(batch: ArchiveBatch): Promise<readonly BatchReception[]>;
  /** By name, those after `afterName`. */
  abstract ships(afterName: string | null, limit: number): Promise<ShipSummary[]>;
  /** Null for a ship that never had a contact. */
  abstract ship(name: string): Promise<ShipSummary | null>;
  /**
   * The blocks that may hold packets of the range, as they were at the first: by `firstAt`, then
   * contact, fence and number. Whoever stops reading before the end must return the iterator.
   * @throws DomainError ARCHIVE_READINGS_FULL when too many are read at a time for too long; an Error
   * when nobody read on for a minute, or the reading took an hour.
   */
  abstract blocks(shipId: number, range: TimeRange): AsyncIterable<PacketBlock>;
  /** All blocks of one contact, in the same order and manner. */
  abstract blocksOfContact(contactId: string): AsyncIterable<PacketBlock>;
  /** As `ship`. At one moment, and as quick: what a dashboard asks for all the time. */
  abstract shipWithLatest(name: string): Promise<ShipWithLatest | null>;
  abstract levels(shipId: number, query: LevelQuery): Promise<Levels>;
}
