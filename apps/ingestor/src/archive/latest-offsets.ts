/** Batteries of a usual ship; the columns grow with the highest number. */
const FIRST_BATTERIES = 8;
/** As many as one packet may name; few are cheaper, since each reception of each batch has a list. */
const LISTED_MAX = 256;
const FIRST_LISTED = 64;
/** A battery of which nothing was noted. */
const NONE = -1;

/**
 * Where the newest packet of each battery stands among the blocks of a reception while they fill: by
 * generation time, then by number, so that the order of arrival makes no difference.
 *
 * A ship mostly tells of the same batteries in each packet: of packets with one list after the other
 * only the newest is kept, and noted battery by battery once another list comes.
 */
export class LatestOffsets {
  #generatedAt = new Float64Array(FIRST_BATTERIES);
  #sequence = new Float64Array(FIRST_BATTERIES);
  #block = new Int32Array(FIRST_BATTERIES).fill(NONE);
  #offset = new Int32Array(FIRST_BATTERIES);
  /** The list of the last packet, and the newest of those that had it. */
  #listed = new Uint8Array(FIRST_LISTED);
  #listedCount = 0;
  #newest = { generatedAt: 0, sequence: 0, block: NONE, offset: 0 };

  /** `block` and `offset` say where the packet's frame is; `count` of the batteries are its own. */
  note(
    batteries: Uint8Array,
    count: number,
    generatedAt: number,
    sequence: number,
    block: number,
    offset: number,
  ): void {
    const newest = this.#newest;
    if (!this.#isListed(batteries, count)) this.#list(batteries, count);
    else if (generatedAt < newest.generatedAt) return;
    else if (generatedAt === newest.generatedAt && sequence <= newest.sequence) return;
    newest.generatedAt = generatedAt;
    newest.sequence = sequence;
    newest.block = block;
    newest.offset = offset;
  }

  forEach(visit: (battery: number, block: number, offset: number) => void): void {
    this.#noteListed();
    this.#block.forEach((block, battery) => {
      if (block !== NONE) visit(battery, block, this.#offset[battery]!);
    });
  }

  #isListed(batteries: Uint8Array, count: number): boolean {
    if (count !== this.#listedCount) return false;
    const listed = this.#listed;
    for (let nr = 0; nr < count; nr += 1) if (batteries[nr] !== listed[nr]) return false;
    return true;
  }

  #list(batteries: Uint8Array, count: number): void {
    this.#noteListed();
    if (count > this.#listed.length) this.#listed = new Uint8Array(LISTED_MAX);
    for (let nr = 0; nr < count; nr += 1) this.#listed[nr] = batteries[nr]!;
    this.#listedCount = count;
  }

  #noteListed(): void {
    const count = this.#listedCount;
    const listed = this.#listed;
    const { generatedAt, sequence, block, offset } = this.#newest;
    for (let nr = 0; nr < count; nr += 1)
      if (listed[nr]! >= this.#block.length) this.#grow(listed[nr]!);
    const [times, sequences] = [this.#generatedAt, this.#sequence];
    const [blocks, offsets] = [this.#block, this.#offset];
    for (let nr = 0; nr < count; nr += 1) {
      const battery = listed[nr]!;
      const known = times[battery]!;
      const isKnown = blocks[battery] !== NONE;
      if (isKnown && generatedAt < known) continue;
      if (isKnown && generatedAt === known && sequence <= sequences[battery]!) continue;
      times[battery] = generatedAt;
      sequences[battery] = sequence;
      blocks[battery] = block;
      offsets[battery] = offset;
    }
  }

  #grow(battery: number): void {
    const room = 2 * battery;
    const [generatedAt, sequence] = [new Float64Array(room), new Float64Array(room)];
    const [block, offset] = [new Int32Array(room).fill(NONE), new Int32Array(room)];
    generatedAt.set(this.#generatedAt);
    sequence.set(this.#sequence);
    block.set(this.#block);
    offset.set(this.#offset);
    this.#generatedAt = generatedAt;
    this.#sequence = sequence;
    this.#block = block;
    this.#offset = offset;
  }
}
