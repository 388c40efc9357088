import type { DataSource } from 'typeorm';
import { formatInstant, type Instant } from '#common/domain';
import { blockMinute, type PacketBlock } from '../archive/packet-block.js';
import type { TimeRange } from '../archive/telemetry-archive.port.js';
import { WEEK_MICROS } from '../archive/week.js';
import type { ReadingSource } from './readings.js';
import { Snapshot } from './snapshot.js';
import { BLOCK_COLUMNS, blockOf, type BlockRow, instantOrNull, micros } from './telemetry-row.js';

/** The first piece: for most who ask it is all. */
const FIRST_COUNT = 8;
const COUNT_MAX = 64;
const PIECE_BYTES_MAX = 8 * 1024 * 1024;

/** Two partitions, mostly. */
const NEAR_MICROS = WEEK_MICROS;

const BLOCKS = `
  SELECT ${BLOCK_COLUMNS} FROM blocks b
  WHERE ship_id = $1 AND b.first_at >= $2 AND b.first_at < $3 AND b.last_at >= $4
    AND ($5::uuid IS NULL OR contact_id = $5)
  ORDER BY b.first_at, contact_id, fence, number`;

/** Of a ship, or of one of its contacts. */
export interface BlocksAsked {
  readonly shipId: number;
  readonly contactId: string | null;
  readonly range: TimeRange;
}

interface BoundsRow {
  readonly ship_id: number;
  readonly first_sample_at: string | null;
  readonly last_sample_at: string | null;
}

interface Stretch {
  readonly start: Instant;
  readonly end: Instant;
}

/** Blocks in order, in pieces of bounded size, as they were when it was opened. */
export class BlockSource implements ReadingSource<PacketBlock> {
  #isExhausted = false;
  #count = FIRST_COUNT;

  private constructor(
    private readonly snapshot: Snapshot,
    private readonly asked: BlocksAsked,
    private readonly stretches: Stretch[],
  ) {}

  static ofShip(source: DataSource, shipId: number, range: TimeRange): Promise<BlockSource> {
    return open(source, async (snapshot) => {
      const asked = { shipId, contactId: null, range };
      const stretch = shortStretch(range);
      if (stretch) return BlockSource.#begun(snapshot, [stretch], asked);
      const [bounds] = await snapshot.query<BoundsRow>(
        `SELECT id AS ship_id, ${BOUNDS} FROM ships WHERE id = $1`,
        [shipId],
      );
      return BlockSource.#begun(snapshot, stretchesOf(bounds, range), asked);
    });
  }

  static ofContact(source: DataSource, contactId: string): Promise<BlockSource> {
    return open(source, async (snapshot) => {
      const [bounds] = await snapshot.query<BoundsRow>(
        `SELECT ship_id, ${BOUNDS} FROM receptions WHERE contact_id = $1`,
        [contactId],
      );
      const range = { start: null, end: null };
      const asked = { shipId: bounds?.ship_id ?? 0, contactId, range };
      return BlockSource.#begun(snapshot, stretchesOf(bounds, range), asked);
    });
  }

  get isDone(): boolean {
    return this.#isExhausted && this.stretches.length === 0;
  }

  async next(): Promise<readonly PacketBlock[]> {
    for (;;) {
      if (this.#isExhausted && !(await this.#begin())) return [];
      const rows = await this.snapshot.fetch<BlockRow>(this.#count);
      this.#isExhausted = rows.length < this.#count;
      this.#count = nextCount(this.#count, rows);
      if (rows.length > 0) return rows.map(blockOf);
    }
  }

  close(): Promise<void> {
    return this.snapshot.close();
  }

  static async #begun(
    snapshot: Snapshot,
    stretches: Stretch[],
    asked: BlocksAsked,
  ): Promise<BlockSource> {
    const blocks = new BlockSource(snapshot, asked, stretches);
    blocks.#isExhausted = !(await blocks.#begin());
    return blocks;
  }

  /** False when nothing is left. */
  async #begin(): Promise<boolean> {
    const stretch = this.stretches.shift();
    if (!stretch) return false;
    const { shipId, contactId, range } = this.asked;
    await this.snapshot.declare(BLOCKS, [
      shipId,
      formatInstant(stretch.start),
      formatInstant(stretch.end),
      formatInstant(Math.max(stretch.start, range.start ?? stretch.start)),
      contactId,
    ]);
    return true;
  }
}

const BOUNDS = ['first_sample_at', 'last_sample_at'].map(micros).join(', ');

async function open(
  source: DataSource,
  begin: (snapshot: Snapshot) => Promise<BlockSource>,
): Promise<BlockSource> {
  const snapshot = await Snapshot.open(source);
  try {
    return await begin(snapshot);
  } catch (fault) {
    await snapshot.close();
    throw fault;
  }
}

/** Of a range that needs no cutting to what there is: to look for that would cost as much as to read. */
function shortStretch({ start, end }: TimeRange): Stretch | null {
  if (start === null || end === null || end - start > NEAR_MICROS) return null;
  return { start: blockMinute(start), end };
}

/**
 * Most readings end soon after they begin: these need not open every week there is. So the first week
 * comes alone, and then the rest.
 */
function stretchesOf(bounds: BoundsRow | undefined, range: TimeRange): Stretch[] {
  const first = instantOrNull(bounds?.first_sample_at ?? null);
  const last = instantOrNull(bounds?.last_sample_at ?? null);
  if (first === null || last === null) return [];
  // A block that begins before the range may reach into it, but never out of its minute.
  const start = Math.max(first, blockMinute(range.start ?? first));
  const end = Math.min(last + 1, range.end ?? Infinity);
  if (start >= end) return [];
  const near = start + NEAR_MICROS;
  if (near >= end) return [{ start, end }];
  return [
    { start, end: near },
    { start: near, end },
  ];
}

/** Small ones come in more at a time. */
function nextCount(count: number, rows: readonly BlockRow[]): number {
  const largest = rows.reduce((max, { body }) => Math.max(max, body.length), 1);
  const fitting = Math.floor(PIECE_BYTES_MAX / largest);
  return Math.max(1, Math.min(COUNT_MAX, 2 * count, fitting));
}
