import { formatInstant, type Instant } from '#common/domain';
import type { FieldLevel } from '../archive/levels/level-accumulator.js';
import {
  BLOCK_SPAN_MICROS,
  type BlockPosition,
  type PacketBlock,
} from '../archive/packet-block.js';

export const inMicros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint`;

/** Arrays for `unnest`, column by column. */
export const positionArrays = (positions: readonly BlockPosition[]): unknown[] => [
  positions.map(({ firstAt }) => formatInstant(firstAt)),
  positions.map(({ contactId }) => contactId),
  positions.map(({ fence }) => fence),
  positions.map(({ number }) => number),
];

/** The bounds of a minute. */
export const minuteBounds = (minute: Instant): [string, string] => [
  formatInstant(minute),
  formatInstant(minute + BLOCK_SPAN_MICROS),
];

export interface PositionRow {
  readonly first_at: string;
  readonly contact_id: string;
  readonly fence: string;
  readonly number: string;
}

export const positionOf = (row: PositionRow): BlockPosition => ({
  firstAt: Number(row.first_at),
  contactId: row.contact_id,
  fence: Number(row.fence),
  number: Number(row.number),
});

export interface HeadRow extends PositionRow {
  readonly definition: string;
  readonly bytes: number;
}

/** Of an INSERT. */
export const BLOCK_NAMES = `ship_id, first_at, contact_id, fence, number, last_at, received_at,
  definition, packets, samples, numbers, body`;

/** In the order of `BLOCK_NAMES`. Bodies stay buffers, which pass as they are: in an array they would be hex. */
export const blockValues = (block: PacketBlock): unknown[] => [
  block.shipId,
  formatInstant(block.firstAt),
  block.contactId,
  block.fence,
  block.number,
  formatInstant(block.lastAt),
  formatInstant(block.receivedAt),
  block.definition,
  block.packets,
  block.samples,
  JSON.stringify(block.numbers),
  block.body,
];

/** Arrays for `unnest`, column by column. */
export const levelArrays = (levels: readonly FieldLevel[]): unknown[] => [
  levels.map(({ battery }) => battery),
  levels.map(({ field }) => field),
  levels.map(({ count }) => count),
  levels.map(({ min }) => min),
  levels.map(({ minAt }) => formatInstant(minAt)),
  levels.map(({ max }) => max),
  levels.map(({ maxAt }) => formatInstant(maxAt)),
];
