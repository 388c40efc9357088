/** Lets so many works run at one time; others wait for their turn, in order. */
export class Gate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly runningMax: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.runningMax) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes on to the next one, who does not count it again.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
