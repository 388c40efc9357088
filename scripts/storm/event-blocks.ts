/** One block of server-sent events; null for a field that it has not. */
export interface EventBlock {
  readonly name: string | null;
  readonly id: string | null;
  readonly data: string | null;
}

/** A block ends with an empty line; what is longer is none of ours. */
export const BLOCK_CHARS_MAX = 65_536;

/** Cuts a stream of server-sent events into blocks, wherever its chunks begin and end. */
export class EventBlocks {
  #rest = '';

  /** @throws RangeError for a block without an end */
  push(text: string): EventBlock[] {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    if (this.#rest.length > BLOCK_CHARS_MAX)
      throw new RangeError(`A block of more than ${BLOCK_CHARS_MAX} characters`);
    return blocks.map(blockOf);
  }
}

function blockOf(block: string): EventBlock {
  const lines = block.split('\n');
  const field = (name: string): string | null =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  return { name: field('event'), id: field('id'), data: field('data') };
}
