import type { CancelTimer } from '#common/platform';

interface Event {
  readonly atMicros: number;
  readonly order: number;
  readonly action: () => void;
  isCancelled: boolean;
}

/**
 * The only thing that moves time. One event after the other, by its instant, ties in order of set; what
 * an event has promises resolve is run to its end before the next one.
 */
export class EventLoop {
  readonly #heap: Event[] = [];
  #order = 0;
  #isEnded = false;
  /** Whole microseconds since 1970. */
  nowMicros: number;
  steps = 0;

  constructor(startMicros: number) {
    this.nowMicros = startMicros;
  }

  after(delayMicros: number, action: () => void): CancelTimer {
    return this.at(this.nowMicros + Math.max(0, Math.round(delayMicros)), action);
  }

  at(atMicros: number, action: () => void): CancelTimer {
    const event = { atMicros, order: (this.#order += 1), action, isCancelled: false };
    this.#push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Ends after the event that runs. */
  end(): void {
    this.#isEnded = true;
  }

  /** While it sleeps the machine is suspended: what comes due meanwhile runs late. */
  sleepUntil(atMicros: number): void {
    this.nowMicros = Math.max(this.nowMicros, atMicros);
  }

  /** Runs until someone ends it, or nothing is left to happen. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = Promise.resolve();
      const nextTurn = (): void => process.nextTick(turn);
      const turn = (): void => {
        const event = this.#isEnded ? undefined : this.#next();
        if (!event) return resolve();
        this.nowMicros = Math.max(this.nowMicros, event.atMicros);
        this.steps += 1;
        try {
          event.action();
        } catch (fault) {
          return reject(fault as Error);
        }
        // Node runs a tick once no microtask is left: then all that could go on has gone on.
        void settled.then(nextTurn);
      };
      nextTurn();
    });
  }

  #next(): Event | undefined {
    for (let event = this.#pop(); event; event = this.#pop()) if (!event.isCancelled) return event;
    return undefined;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(event, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (a: Event, b: Event): boolean =>
  a.atMicros < b.atMicros || (a.atMicros === b.atMicros && a.order < b.order);
