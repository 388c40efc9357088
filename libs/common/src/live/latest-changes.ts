/** What a thing became last. */
export class LatestChange<T> {
  #json: string | null = null;

  constructor(
    readonly position: number,
    readonly key: string,
    readonly value: T,
    /** Of two changes of a thing the one with the higher order is the later. */
    readonly order: number,
    private readonly dataOf: (value: T) => object,
  ) {}

  /** The thing as clients get it, made once for all of them. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.dataOf(this.value)));
  }

  forgetJson(): void {
    this.#json = null;
  }
}

interface LogEntry {
  readonly position: number;
  readonly key: string;
}

/** Entries that others have replaced, beyond as many as there are things. */
const REPLACED_MAX = 1_000;

/**
 * The last change of every thing, in the order in which they came. Earlier ones are not kept: whoever
 * knows the state at any position comes to the present by the last changes that lie behind it. So no
 * position is ever too old, and nothing waits for a client that is slow.
 */
export class LatestChanges<T> {
  readonly #latest = new Map<string, LatestChange<T>>();
  #keys: string[] = [];
  /** Those that still stand in the list of keys. */
  readonly #forgotten = new Set<string>();
  /** Positions ascend. One is of worth while it is the last of its key. */
  #log: LogEntry[] = [];
  #position = 0;

  /** @param dataOf what clients are told of a thing */
  constructor(private readonly dataOf: (value: T) => object) {}

  /** Of the last change; counts from 1. */
  get position(): number {
    return this.#position;
  }

  /** In the order in which they were first seen. Forgotten ones may be among them; each list only grows. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  /** How many are known. */
  get size(): number {
    return this.#latest.size;
  }

  of(key: string): LatestChange<T> | undefined {
    return this.#latest.get(key);
  }

  /** @param order what is older than known is ignored, and so is what is known already */
  note(key: string, value: T, order: number): void {
    const known = this.#latest.get(key);
    if (known === undefined) this.#begin(key);
    else if (known.value === value || known.order > order) return;
    this.#position += 1;
    this.#latest.set(key, new LatestChange(this.#position, key, value, order, this.dataOf));
    this.#log.push({ position: this.#position, key });
    if (this.#log.length > 2 * this.#keys.length + REPLACED_MAX)
      this.#log = this.#log.filter((entry) => this.#lastOf(entry) !== undefined);
  }

  /** From now on nobody is told of it. */
  forget(key: string): void {
    if (!this.#latest.delete(key)) return;
    this.#forgotten.add(key);
    if (this.#forgotten.size <= this.#latest.size + REPLACED_MAX) return;
    // A new list: who reads the old one may go on.
    this.#keys = this.#keys.filter((kept) => !this.#forgotten.has(kept));
    this.#forgotten.clear();
  }

  /** The last changes that lie behind a position, in order. Nothing may be noted meanwhile. */
  *after(position: number): Generator<LatestChange<T>> {
    for (let at = this.#firstAfter(position); at < this.#log.length; at += 1) {
      const change = this.#lastOf(this.#log[at] as LogEntry);
      if (change !== undefined) yield change;
    }
  }

  /** The texts are the greater part of the memory, and are made again when they are needed. */
  forgetTexts(): void {
    for (const change of this.#latest.values()) change.forgetJson();
  }

  #begin(key: string): void {
    if (!this.#forgotten.delete(key)) this.#keys.push(key);
  }

  #lastOf({ key, position }: LogEntry): LatestChange<T> | undefined {
    const change = this.#latest.get(key);
    return change?.position === position ? change : undefined;
  }

  #firstAfter(position: number): number {
    let [low, high] = [0, this.#log.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
