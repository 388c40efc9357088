import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRingMemory, RingReader, RingWriter } from './slab-ring.js';

/** Shortly before the counts, which are 32 bits wide, begin again. */
const LAST_COUNTS = 2 ** 31 - 20;
const WAITING_MAX = 20;

/** What the ring must say, beside what it says. */
class RingModel {
  readonly said: unknown[] = [];
  readonly expected: unknown[] = [];
  readonly #full: number[] = [];
  readonly #taken: number[] = [];
  readonly #writer: RingWriter;
  readonly #reader: RingReader;
  #received = 0;
  #wakes = 0;

  constructor(firstCount: number) {
    const memory = newRingMemory(firstCount);
    this.#writer = new RingWriter(memory, WAITING_MAX, () => void (this.#wakes += 1));
    this.#reader = new RingReader(memory);
  }

  fill(): void {
    const waiting = [...this.#full, ...this.#taken];
    // It would wait for the other thread.
    if (waiting.length === WAITING_MAX) return;
    const { slab, datagramsMax } = this.#writer.next()!;
    this.#compare(datagramsMax, WAITING_MAX - waiting.length);
    this.#compare(waiting.includes(slab), false);
    this.#writer.fill(slab, 1, 10);
    this.#full.push(slab);
    this.#received += 1;
  }

  take(): void {
    const slab = this.#reader.take();
    this.#compare(slab, this.#full.shift() ?? null);
    if (slab !== null) this.#taken.push(slab);
  }

  release(): void {
    const slab = this.#taken.shift();
    if (slab !== undefined) this.#reader.release(slab, 1);
  }

  look(): void {
    const waiting = this.#full.length + this.#taken.length;
    const traffic = { received: this.#received, bytes: 10 * this.#received, waiting };
    this.#compare(this.#reader.traffic, traffic);
    this.#compare(this.#writer.behind, this.#full.length);
    this.#compare(this.#wakes, this.#received > 0 ? 1 : 0);
  }

  #compare(said: unknown, expected: unknown): void {
    this.said.push(said);
    this.expected.push(expected);
  }
}

describe('the ring of slabs between two threads', () => {
  it('keeps the order and lends no slab twice, however both sides take turns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('fill', 'fill', 'take', 'release', 'look'), { maxLength: 400 }),
        fc.constantFrom(0, LAST_COUNTS),
        (steps, firstCount) => {
          const model = new RingModel(firstCount);
          for (const step of steps) model[step]();
          expect(model.said).toEqual(model.expected);
        },
      ),
    );
  });

  it('wakes once until the reader is awake', () => {
    const memory = newRingMemory();
    let wakes = 0;
    const writer = new RingWriter(memory, 100, () => void (wakes += 1));
    const reader = new RingReader(memory);
    const fill = (): void => writer.fill(writer.next()!.slab, 1, 1);

    fill();
    fill();
    expect(wakes).toBe(1);
    reader.awake();
    expect(wakes).toBe(1);
    fill();
    expect(wakes).toBe(2);
  });

  it('gives out no slab more once it closes', () => {
    const memory = newRingMemory();
    const writer = new RingWriter(memory, 1, () => undefined);
    writer.fill(writer.next()!.slab, 1, 1);
    new RingReader(memory).close();
    expect(writer.next()).toBeNull();
  });
});
