interface Call<T, R> {
  readonly item: T;
  readonly resolve: (answer: R) => void;
  readonly reject: (fault: unknown) => void;
}

export interface TurnBatchOptions<T, R> {
  /** Two items of one key never go together. */
  readonly keyOf: (item: T) => string;
  readonly itemsMax: number;
  /** Answers for each item, in their order. */
  readonly send: (items: readonly T[]) => Promise<readonly R[]>;
  /** Whether a fault says nothing of the items, so that each alone would fare no better. */
  readonly isGeneral: (fault: unknown) => boolean;
}

/** What is asked for in one turn of the loop goes to the database as one statement. */
export class TurnBatch<T, R> {
  #calls: Call<T, R>[] = [];

  constructor(private readonly options: TurnBatchOptions<T, R>) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ item, resolve, reject });
      if (this.#calls.length === 1) setImmediate(() => this.#sendAll());
    });
  }

  #sendAll(): void {
    let rest = this.#calls;
    this.#calls = [];
    while (rest.length > 0) {
      const batch = new Map<string, Call<T, R>>();
      const later: Call<T, R>[] = [];
      for (const call of rest) {
        const key = this.options.keyOf(call.item);
        if (batch.has(key) || batch.size >= this.options.itemsMax) later.push(call);
        else batch.set(key, call);
      }
      void this.#send([...batch.values()]);
      rest = later;
    }
  }

  /** One that cannot be stored must not keep up the others that came with it. */
  async #send(calls: readonly Call<T, R>[]): Promise<void> {
    try {
      const answers = await this.options.send(calls.map(({ item }) => item));
      calls.forEach(({ resolve }, nr) => resolve(answers[nr]!));
    } catch (fault) {
      if (calls.length > 1 && !this.options.isGeneral(fault))
        for (const call of calls) void this.#send([call]);
      else for (const { reject } of calls) reject(fault);
    }
  }
}
