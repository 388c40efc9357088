import type { Instant } from '#common/domain';
import type { Replacement } from '../../archive/merging/block-merge.js';
import {
  type BlockHead,
  type LevelledMinute,
  type ListedMinute,
  type MinuteKeeper,
  type WaitingMinute,
  WaitingMinutes,
} from '../../archive/minutes.port.js';
import { blockMinute, type BlockPosition, type PacketBlock } from '../../archive/packet-block.js';

/** Knows blocks, and keeps what it is given. All that waits is quiet. */
export class MemoryWaitingMinutes extends WaitingMinutes {
  readonly blocks = new Map<string, PacketBlock>();
  readonly waiting = new Map<string, WaitingMinute>();
  readonly levelled: LevelledMinute[] = [];
  readonly claimed = new Set<number>();
  /** What every listing fails with from now on. */
  fault: Error | null = null;

  store(...blocks: readonly PacketBlock[]): void {
    for (const block of blocks) {
      const { shipId } = block;
      const minute = blockMinute(block.firstAt);
      this.blocks.set(placeOf(block), block);
      this.waiting.set(`${shipId}/${minute}`, { shipId, minute });
    }
  }

  async list(after: WaitingMinute | null, limit: number): Promise<ListedMinute[]> {
    if (this.fault) throw this.fault;
    return [...this.waiting.values()]
      .toSorted(compare)
      .filter((minute) => after === null || compare(after, minute) < 0)
      .slice(0, limit)
      .map((minute) => ({ ...minute, isQuiet: true }));
  }

  async counts(): Promise<{ waiting: number; oldest: Instant | null }> {
    const oldest = [...this.waiting.values()].toSorted(compare).at(-1);
    return { waiting: this.waiting.size, oldest: oldest?.minute ?? null };
  }

  async claim(shipId: number): Promise<MinuteKeeper | null> {
    if (this.claimed.has(shipId)) return null;
    this.claimed.add(shipId);
    return new MemoryMinuteKeeper(this, shipId);
  }

  async abort(): Promise<void> {}
}

class MemoryMinuteKeeper implements MinuteKeeper {
  constructor(
    private readonly minutes: MemoryWaitingMinutes,
    private readonly shipId: number,
  ) {}

  async heads(minute: Instant, limit: number): Promise<BlockHead[]> {
    return this.#in(minute)
      .slice(0, limit)
      .map((block) => ({ ...block, bytes: block.body.length }));
  }

  async blocks(minute: Instant, positions: readonly BlockPosition[]): Promise<PacketBlock[]> {
    const places = new Set(positions.map(placeOf));
    return this.#in(minute).filter((block) => places.has(placeOf(block)));
  }

  async replace(_minute: Instant, { old, merged }: Replacement): Promise<boolean> {
    if (!old.every((block) => this.minutes.blocks.has(placeOf(block)))) return false;
    for (const block of old) this.minutes.blocks.delete(placeOf(block));
    for (const block of merged) this.minutes.blocks.set(placeOf(block), block);
    return true;
  }

  async finish(levelled: LevelledMinute): Promise<boolean> {
    const { shipId, minute, heads, replacement } = levelled;
    const known = new Set(heads.map(placeOf));
    const its = this.#in(minute);
    if (its.length !== known.size || !its.every((block) => known.has(placeOf(block)))) return false;
    if (!this.minutes.waiting.delete(`${shipId}/${minute}`)) return false;
    this.minutes.levelled.push(levelled);
    return this.replace(minute, replacement);
  }

  async release(): Promise<void> {
    this.minutes.claimed.delete(this.shipId);
  }

  #in(minute: Instant): PacketBlock[] {
    return [...this.minutes.blocks.values()].filter(
      ({ shipId, firstAt }) => shipId === this.shipId && blockMinute(firstAt) === minute,
    );
  }
}

const placeOf = ({ contactId, fence, number, firstAt }: BlockPosition): string =>
  `${contactId}/${fence}/${number}/${firstAt}`;

const compare = (a: WaitingMinute, b: WaitingMinute): number =>
  b.minute - a.minute || b.shipId - a.shipId;
