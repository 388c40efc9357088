import type { Instant } from '#common/domain';
import type { Cause } from '../contacts/contact-store.port.js';
import type { BookingTerms } from './antenna-conflict.js';
import type { TimeWindow } from './time-window.js';

/** One has so many at a time, those that are over for less than `BLOCK_KEPT_DAYS` included. */
export const BLOCKS_MAX = 1_000;
export const BLOCK_KEPT_DAYS = 30;

/** Known by its name, which never changes. */
export interface Antenna {
  readonly name: string;
  readonly description: string | null;
}

export interface NewBlock extends TimeWindow {
  readonly reason: string;
}

/** A window in which nothing can be booked. */
export interface AntennaBlock extends NewBlock {
  readonly id: string;
  /** Who blocked it. */
  readonly by: string;
}

/** What a block did when it was made. */
export interface Blocking {
  readonly block: AntennaBlock;
  /** The contacts that were cancelled for it. */
  readonly displaced: readonly string[];
}

export interface BlockPosition {
  readonly start: Instant;
  readonly id: string;
}

/** The antennas: those that were put here, and those that a contact was booked on. */
export abstract class AntennaStore {
  /** By name, from behind `after`. */
  abstract page(limit: number, after: string | null): Promise<Antenna[]>;
  abstract find(name: string): Promise<Antenna | null>;
  /** Makes it, or describes it anew. @throws {DomainError} ANTENNAS_FULL */
  abstract put(antenna: Antenna): Promise<Antenna>;
  /**
   * Forgets it and its blocks.
   * @throws {DomainError} ANTENNA_NOT_FOUND; ANTENNA_IN_USE while an open contact names it
   */
  abstract remove(name: string): Promise<void>;
  /**
   * Nothing can be booked then. With `displace`, contacts of any priority that have not begun are
   * cancelled for it.
   * @throws {DomainError} ANTENNA_NOT_FOUND, ANTENNA_BLOCKS_FULL; ANTENNA_TAKEN with what is in the way
   */
  abstract block(
    name: string,
    block: NewBlock,
    cause: Cause,
    terms?: BookingTerms,
  ): Promise<Blocking>;
  /** By start, from behind `after`. @throws {DomainError} ANTENNA_NOT_FOUND */
  abstract blocks(
    name: string,
    limit: number,
    after: BlockPosition | null,
  ): Promise<AntennaBlock[]>;
  /** @throws {DomainError} ANTENNA_NOT_FOUND, ANTENNA_BLOCK_NOT_FOUND */
  abstract unblock(name: string, id: string): Promise<void>;
}
