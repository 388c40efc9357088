/** Ships in the order in which they were last heard, so that the silent ones can go. */
export class RecentShips {
  /** A Set keeps the order of insertion: the first is the ship that was silent longest. */
  #names = new Set<string>();
  #newest: string | null = null;

  constructor(private readonly max: number) {}

  heard(name: string): void {
    if (this.#newest === name) return;
    this.#names.delete(name);
    this.#names.add(name);
    this.#newest = name;
  }

  /** Ships that were heard some time before all that are known. */
  adopt(names: readonly string[]): void {
    this.#names = new Set([...names.filter((name) => !this.#names.has(name)), ...this.#names]);
  }

  /** Those beyond the limit, forgotten hereby. */
  takeSilent(): string[] {
    if (this.#names.size <= this.max) return [];
    const silent = [...this.#names].slice(0, this.#names.size - this.max);
    for (const name of silent) this.#names.delete(name);
    return silent;
  }
}
