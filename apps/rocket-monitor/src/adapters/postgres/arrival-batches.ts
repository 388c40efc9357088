import { DomainError, type RocketArrival } from '#common/domain';

/** Messages in one statement. */
const BATCH_MAX = 1_000;
/** More than all connections of the app can bring; who comes on top is told at once. */
const MESSAGES_WAITING_MAX = 10_000;

interface Waiting<T> {
  readonly arrival: RocketArrival;
  readonly resolve: (answer: T) => void;
  readonly reject: (fault: unknown) => void;
}

/** Group commit: messages go at once while there is little to do, and together when there is much. */
export class ArrivalBatches<T> {
  #waiting: Waiting<T>[] = [];
  #underWayCount = 0;
  #isWoken = false;

  /**
   * @param underWayMax batches at one time; what comes meanwhile gathers for the next
   * @param send answers for each message, in their order
   */
  constructor(
    private readonly underWayMax: number,
    private readonly send: (batch: readonly RocketArrival[]) => Promise<readonly T[]>,
  ) {}

  /** @throws DomainError ROCKET_STORE_FULL */
  add(arrival: RocketArrival): Promise<T> {
    if (this.#waiting.length >= MESSAGES_WAITING_MAX)
      throw new DomainError(
        'ROCKET_STORE_FULL',
        `${MESSAGES_WAITING_MAX} messages wait for PostgreSQL.`,
      );
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
    while (this.#waiting.length > 0 && this.#underWayCount < this.underWayMax) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
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
