import type { RocketArrival } from '#common/domain';

/** Messages in one script: it holds up everybody else's commands for about a millisecond. */
const BATCH_MAX = 128;
/**
 * While so many are under way, messages gather for the next: one at Redis, one on its way, and one whose
 * answers are being told.
 */
const UNDER_WAY_MAX = 3;
/**
 * More than all connections of the app can bring, some of them batches of a thousand; who comes on top
 * is told at once.
 */
export const MESSAGES_WAITING_MAX = 32_000;

interface Waiting<T> {
  readonly message: RocketArrival;
  readonly resolve: (answer: T) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Sends messages at once while there is little to do, and many together when they come faster than
 * Redis answers.
 */
export class MessageBatches<T> {
  #waiting: Waiting<T>[] = [];
  #underWayCount = 0;
  #isWoken = false;

  /** @param send answers for each message, in their order */
  constructor(private readonly send: (batch: readonly RocketArrival[]) => Promise<readonly T[]>) {}

  get isFull(): boolean {
    return this.#waiting.length >= MESSAGES_WAITING_MAX;
  }

  add(message: RocketArrival): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
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
    while (this.#waiting.length > 0 && this.#underWayCount < UNDER_WAY_MAX) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      this.#underWayCount += 1;
      void this.#deliver(batch);
    }
  }

  async #deliver(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      const answers = await this.send(batch.map(({ message }) => message));
      batch.forEach(({ resolve, reject }, nr) => {
        const answer = answers[nr];
        if (answer === undefined) reject(new Error('Redis did not answer for each message'));
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
