import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DepartureQueue } from './departure-queue.js';
import { type Departure, newDeparture, newPassage } from './passage.js';

const takeAll = (queue: DepartureQueue): Departure[] => {
  const taken: Departure[] = [];
  for (let next = queue.takeFirst(); next; next = queue.takeFirst()) taken.push(next);
  return taken;
};

describe('a departure queue', () => {
  it('gives what it got by time, then by number, then the first before its repetition', () => {
    const times = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 100 });
    fc.assert(
      fc.property(times, (all) => {
        const added = all.flatMap(([first, second], index) => {
          const passage = newPassage(index + 1);
          return [newDeparture(passage, first, null), newDeparture(passage, second, null)];
        });
        const queue = new DepartureQueue();
        for (const departure of added) queue.add(departure);

        const order = added.toSorted(
          (a, b) => a.leavesAtMs - b.leavesAtMs || a.number - b.number || a.copy - b.copy,
        );
        expect(queue.size).toBe(added.length);
        expect(queue.first).toBe(order[0]);
        expect(takeAll(queue)).toEqual(order);
        expect(queue.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('is in order also while things come and go', () => {
    const queue = new DepartureQueue();
    const taken: number[] = [];
    for (let number = 1; number <= 100; number++) {
      queue.add(newDeparture(newPassage(number), number + ((number * 37) % 11), null));
      while ((queue.first?.leavesAtMs ?? Infinity) <= number)
        taken.push(queue.takeFirst()?.leavesAtMs ?? Number.NaN);
    }

    expect(taken).toEqual(taken.toSorted((a, b) => a - b));
    expect(taken.length + queue.size).toBe(100);
  });
});
