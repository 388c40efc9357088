import { DomainError, type RocketArrival } from '#common/domain';

export interface ArrivalBatchesOptions {
  /** Whom they wait for, as their sender is told. */
  readonly store: string;
  readonly batchMax: number;
  /** Batches at one time; what comes meanwhile gathers for the next. */
  readonly underWayMax: number;
  /** Messages; who comes on top is told at once. */
  readonly waitingMax: number;
}

interface Waiting<T> {
  readonly arrival: RocketArrival;
  readonly resolve: (answer: T) => void;
  readonly reject: (fault: unknown) => void;
}

/** Messages go at once while there is little to do, and together when they come faster than the store answers. */
export class ArrivalBatches<T> {
  #waiting: Waiting<T>[] = [];
  #underWayCount = 0;
  #isWoken = false;

  /** @param send answers for each message, in their order */
  constructor(
    private readonly options: ArrivalBatchesOptions,
    private readonly send: (batch: readonly RocketArrival[]) => Promise<readonly T[]>,
  ) {}

  /** @throws DomainError ROCKET_STORE_FULL */
  add(arrival: RocketArrival): Promise<T> {
    const { store, waitingMax } = this.options;
    if (this.#waiting.length >= waitingMax)
      throw new DomainError('ROCKET_STORE_FULL', `${waitingMax} messages wait for ${store}.`);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ arrival, resolve, reject });
      if (this.#isWoken) return;
      this.#isWoken = true;
      // At the end of this turn: what comes within it goes together.
      queueMicrotask(() => {
        this.#isWoken = false;
        this.#sendWaiting();
      });
    });
  }

  #sendWaiting(): void {
    const { batchMax, underWayMax } = this.options;
    while (this.#waiting.length > 0 && this.#underWayCount < underWayMax) {
      const batch = this.#waiting.splice(0, batchMax);
      this.#underWayCount += 1;
      void this.#deliver(batch);
    }
  }

  async #deliver(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      const answers = await this.send(batch.map(({ arrival }) => arrival));
      batch.forEach(({ resolve, reject }, nr) => {
        const answer = answers[nr];
        if (answer === undefined) reject(new Error('A message got no answer.'));
        else resolve(answer);
      });
    } catch (fault) {
      for (const { reject } of batch) reject(fault);
    } finally {
      this.#underWayCount -= 1;
      this.#sendWaiting();
    }
  }
}
