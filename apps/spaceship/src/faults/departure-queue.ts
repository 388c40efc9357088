import type { Departure } from './passage.js';

/** What has not left yet, the earliest first: a binary heap. Its user bounds it. */
export class DepartureQueue {
  readonly #heap: Departure[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get first(): Departure | undefined {
    return this.#heap[0];
  }

  add(departure: Departure): void {
    const heap = this.#heap;
    let place = heap.push(departure) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(departure, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = departure;
  }

  takeFirst(): Departure | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  /** Puts it in the place of the first one, then where it belongs. */
  #sink(departure: Departure): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, departure)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = departure;
  }
}

/** By the moment of leaving; at the same moment by number, and the second of a number after the first. */
function isBefore(one: Departure, other: Departure): boolean {
  if (one.leavesAtMs !== other.leavesAtMs) return one.leavesAtMs < other.leavesAtMs;
  if (one.number !== other.number) return one.number < other.number;
  return one.copy < other.copy;
}
