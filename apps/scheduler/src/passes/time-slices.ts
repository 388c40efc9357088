import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { Clock } from '#common/platform';

/** The starts of contacts wait no longer than that for a prediction in the same process. */
const SLICE_MS = 3;
/** Waiting ones and that which runs. */
const WORKS_MAX = 16;

/** A long computation that lets others have their turn whenever it yields. */
export type SlicedWork<T> = Iterator<null, T>;

/** Runs computations one behind the other, and each of them a slice at a time. */
@Injectable()
export class TimeSlices {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(private readonly clock: Clock) {}

  /** @throws {DomainError} PREDICTIONS_FULL, and whatever the work throws */
  async run<T>(work: SlicedWork<T>): Promise<T> {
    if (this.#count >= WORKS_MAX)
      throw new DomainError('PREDICTIONS_FULL', 'Too many predictions wait; try again later');
    this.#count += 1;
    // Side by side they would each take a slice in every turn.
    const mine = this.#last.then(() => this.#inSlices(work));
    this.#last = mine.catch(() => null);
    try {
      return await mine;
    } finally {
      this.#count -= 1;
    }
  }

  async #inSlices<T>(work: SlicedWork<T>): Promise<T> {
    for (;;) {
      const endMs = this.clock.monotonicMs() + SLICE_MS;
      do {
        const step = work.next();
        if (step.done) return step.value;
      } while (this.clock.monotonicMs() < endMs);
      await nextTurn();
    }
  }
}
