import type { Instant } from '#common/domain';
import { LevelAccumulator } from './levels/level-accumulator.js';
import type { LevelSources } from './levels/level-source.js';
import type { ReadBlock } from './merging/block-packer.js';
import { mergeBlocks, type Replacement } from './merging/block-merge.js';
import type { BlockHead, MinuteKeeper, WaitingMinute } from './minutes.port.js';
import type { BlockPosition, PacketBlock } from './packet-block.js';

/**
 * What is in memory at once; twice, while it is merged. And what is sorted in one go, during which no
 * datagram is received: some 20 ms.
 */
export const PAGE_BYTES_MAX = 2 * 1024 * 1024;
const PAGE_BLOCKS_MAX = 2_000;
/** Of a minute with more, the first are merged, and levels wait until they are fewer. */
export const MINUTE_BLOCKS_MAX = 20_000;

const NOTHING: Replacement = { old: [], merged: [] };

/** A minute that nothing could be done about now; it waits on. */
class MinuteInUse extends Error {}

/** A definition that blocks name and that this process does not have. */
export class UnknownDefinition extends Error {
  override readonly name = 'UnknownDefinition';
}

/**
 * Merges the blocks of minutes and works out their levels, a page of blocks at a time. `rest` is
 * called after every block: who receives datagrams in the same thread wants it, too.
 */
export class MinuteLevelling {
  constructor(
    private readonly sources: LevelSources,
    private readonly rest: () => Promise<void>,
  ) {}

  /**
   * False when the minute has changed meanwhile, or holds more than can be done at once.
   * @throws {UnknownDefinition}
   */
  async level(keeper: MinuteKeeper, { shipId, minute }: WaitingMinute): Promise<boolean> {
    const heads = await keeper.heads(minute, MINUTE_BLOCKS_MAX + 1);
    const levels = new LevelAccumulator();
    const places = new Places(heads);
    let pending = NOTHING;
    try {
      for (const page of pagesOf(heads)) {
        await this.#replace(keeper, minute, pending, places);
        pending = await this.#merge(keeper, minute, page, levels);
      }
      if (heads.length <= MINUTE_BLOCKS_MAX)
        return await keeper.finish({
          shipId,
          minute,
          heads: places.all(),
          replacement: pending,
          levels: levels.levels(),
        });
      await this.#replace(keeper, minute, pending, places);
      return false;
    } catch (fault) {
      if (fault instanceof MinuteInUse) return false;
      throw fault;
    }
  }

  async #replace(
    keeper: MinuteKeeper,
    minute: Instant,
    replacement: Replacement,
    places: Places,
  ): Promise<void> {
    if (replacement.old.length === 0) return;
    if (!(await keeper.replace(minute, replacement))) throw new MinuteInUse();
    places.replace(replacement);
  }

  async #merge(
    keeper: MinuteKeeper,
    minute: Instant,
    page: readonly BlockHead[],
    levels: LevelAccumulator,
  ): Promise<Replacement> {
    const sources = new Map(page.map(({ definition }) => [definition, this.#source(definition)]));
    const blocks = await keeper.blocks(minute, page);
    if (blocks.length < page.length) throw new MinuteInUse();
    const groups = new Map<string, ReadBlock[]>();
    for (const block of blocks) {
      const counts = levels.add(sources.get(block.definition)!, block.body, block.packets);
      const group = groups.get(groupOf(block));
      if (group) group.push({ block, counts });
      else groups.set(groupOf(block), [{ block, counts }]);
      await this.rest();
    }
    const replacements: Replacement[] = [];
    for (const group of groups.values()) {
      replacements.push(mergeBlocks(group));
      await this.rest();
    }
    return {
      old: replacements.flatMap(({ old }) => old),
      merged: replacements.flatMap(({ merged }) => merged),
    };
  }

  #source(definition: string) {
    const source = this.sources.named(definition);
    if (source) return source;
    throw new UnknownDefinition(
      `There are packets of the definition ${definition}, which is not known: minutes with them get no levels`,
    );
  }
}

const groupOf = ({ contactId, fence, definition }: PacketBlock): string =>
  `${contactId}/${fence}/${definition}`;

const placeOf = ({ firstAt, contactId, fence, number }: BlockPosition): string =>
  `${contactId}/${fence}/${number}/${firstAt}`;

/** Stretches of heads that fit into memory, at least one block each. */
function* pagesOf(heads: readonly BlockHead[]): Generator<BlockHead[]> {
  let page: BlockHead[] = [];
  let bytes = 0;
  for (const head of heads.slice(0, MINUTE_BLOCKS_MAX)) {
    const isFull = bytes + head.bytes > PAGE_BYTES_MAX || page.length === PAGE_BLOCKS_MAX;
    if (isFull && page.length > 0) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(head);
    bytes += head.bytes;
  }
  if (page.length > 0) yield page;
}

/** Which blocks the minute has. */
class Places {
  readonly #positions = new Map<string, BlockPosition>();

  constructor(heads: readonly BlockPosition[]) {
    for (const head of heads) this.#positions.set(placeOf(head), head);
  }

  all(): BlockPosition[] {
    return [...this.#positions.values()];
  }

  replace({ old, merged }: Replacement): void {
    for (const block of old) this.#positions.delete(placeOf(block));
    for (const { firstAt, contactId, fence, number } of merged) {
      const position = { firstAt, contactId, fence, number };
      this.#positions.set(placeOf(position), position);
    }
  }
}
