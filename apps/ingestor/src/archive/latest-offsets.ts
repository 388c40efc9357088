/** Batteries of a usual ship; the columns grow with the highest number. */
const FIRST_BATTERIES = 8;
/** A battery of which nothing was noted. */
const NONE = -1;

/**
 * Where the newest packet of each battery stands among the blocks of a reception while they fill: by
 * generation time, then by number, so that the order of arrival makes no difference. In columns, since
 * each record of each packet is noted here.
 */
export class LatestOffsets {
  #generatedAt = new Float64Array(FIRST_BATTERIES);
  #sequence = new Float64Array(FIRST_BATTERIES);
  #block = new Int32Array(FIRST_BATTERIES).fill(NONE);
  #offset = new Int32Array(FIRST_BATTERIES);

  /** `block` and `offset` say where the packet's frame is; `count` of the batteries are its own. */
  note(
    batteries: Uint8Array,
    count: number,
    generatedAt: number,
    sequence: number,
    block: number,
    offset: number,
  ): void {
    for (let nr = 0; nr < count; nr += 1)
      if (batteries[nr]! >= this.#block.length) this.#grow(batteries[nr]!);
    const [times, sequences] = [this.#generatedAt, this.#sequence];
    const [blocks, offsets] = [this.#block, this.#offset];
    for (let nr = 0; nr < count; nr += 1) {
      const battery = batteries[nr]!;
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

  forEach(visit: (battery: number, block: number, offset: number) => void): void {
    this.#block.forEach((block, battery) => {
      if (block !== NONE) visit(battery, block, this.#offset[battery]!);
    });
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
