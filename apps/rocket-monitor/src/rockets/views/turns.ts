import type { Clock } from '#common/platform';

export interface TurnLimits {
  /** That have their turn at one time. */
  readonly togetherMax: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
}

/** Lets a few do their work at one time; the others wait, first come, first served. */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #takenCount = 0;

  constructor(
    private readonly limits: TurnLimits,
    private readonly clock: Clock,
  ) {}

  /** @throws what `refusal` gives when too many wait, or the wait is too long; then `work` is not begun */
  async take<T>(work: () => Promise<T>, refusal: () => Error): Promise<T> {
    if (this.#takenCount < this.limits.togetherMax) this.#takenCount += 1;
    else await this.#wait(refusal);
    try {
      return await work();
    } finally {
      this.#giveOn();
    }
  }

  #wait(refusal: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= this.limits.waitingMax) return reject(refusal());
      const go = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.clock.after(this.limits.waitMsMax, () => {
        this.#waiting.delete(go);
        reject(refusal());
      });
      this.#waiting.add(go);
    });
  }

  /** To the first that waits: nobody may come between. */
  #giveOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#takenCount -= 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
