/** So many fields of batteries are watched by one process: some 30 MB. */
export const SERIES_MAX = 100_000;

/** Counts what is watched: the batteries of a packet are of the ship's choice. */
export class SeriesBudget {
  #count = 0;
  #refusedCount = 0;

  /** @param makeRoom forgets what can be forgotten */
  constructor(
    private readonly max: number,
    private readonly makeRoom: () => void,
  ) {}

  get count(): number {
    return this.#count;
  }

  /** Values that were not judged. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  take(): boolean {
    if (this.#count >= this.max) this.makeRoom();
    const isFree = this.#count < this.max;
    if (isFree) this.#count += 1;
    else this.#refusedCount += 1;
    return isFree;
  }

  give(): void {
    this.#count -= 1;
  }
}
