import { describe, expect, it } from 'vitest';
import { Clock } from '#common/platform';
import { TimeSlices } from './time-slices.js';

/** Every look at it takes a millisecond. */
class SlowClock extends Clock {
  #ms = 0;

  nowMs(): number {
    return this.#ms;
  }

  monotonicMs(): number {
    this.#ms += 1;
    return this.#ms;
  }

  after(): () => void {
    throw new Error('Nobody sets an alarm here');
  }
}

function* counting(to: number, steps: string[], name: string): Generator<null, string> {
  for (let at = 0; at < to; at += 1) {
    steps.push(name);
    yield null;
  }
  return name;
}

describe('Time slices', () => {
  it('let others have their turn in between, and finish one work after the other', async () => {
    const slices = new TimeSlices(new SlowClock());
    const steps: string[] = [];
    const works = ['a', 'b'].map((name) => slices.run(counting(50, steps, name)));
    let isOver = false;
    let turns = 0;
    const others = (): void => {
      turns += 1;
      if (!isOver) setImmediate(others);
    };
    others();

    expect(await Promise.all(works)).toEqual(['a', 'b']);
    isOver = true;
    expect(turns).toBeGreaterThan(20);
    expect(steps.join('')).toBe('a'.repeat(50) + 'b'.repeat(50));
  });

  it('go on behind a work that fails', async () => {
    const slices = new TimeSlices(new SlowClock());
    const failing = slices.run({
      next: () => {
        throw new Error('no orbit');
      },
    });
    const next = slices.run(counting(1, [], 'next'));

    await expect(failing).rejects.toThrow('no orbit');
    expect(await next).toBe('next');
  });

  it('are refused to more than a few at once', async () => {
    const slices = new TimeSlices(new SlowClock());
    const works = Array.from({ length: 17 }, () => slices.run(counting(10, [], 'x')));
    const results = await Promise.allSettled(works);

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
    await expect(works.at(-1)).rejects.toMatchObject({ code: 'PREDICTIONS_FULL' });
    expect(await slices.run(counting(1, [], 'later'))).toBe('later');
  });
});
