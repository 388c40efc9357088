import { describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { Readings, type ReadingSource } from './readings.js';

/** Gives pieces of numbers, and says what was done to it. */
class NumberSource implements ReadingSource<number> {
  closedCount = 0;
  isDone = false;

  constructor(private readonly pieces: readonly (readonly number[])[]) {}

  #at = 0;

  async next(): Promise<readonly number[]> {
    const piece = this.pieces[this.#at] ?? [];
    this.#at += 1;
    this.isDone = this.#at >= this.pieces.length;
    return piece;
  }

  async close(): Promise<void> {
    this.closedCount += 1;
  }
}

const PIECES = [[1, 2], [3]];

function reading(readings: Readings, source = new NumberSource(PIECES)) {
  return { source, iterator: readings.read(async () => source) };
}

async function all(iterator: AsyncIterable<number>): Promise<number[]> {
  const read: number[] = [];
  for await (const one of iterator) read.push(one);
  return read;
}

describe('Readings', () => {
  it('give all, and let go', async () => {
    const readings = new Readings(1);
    const { source, iterator } = reading(readings);

    expect(await all(iterator)).toEqual([1, 2, 3]);
    expect([source.closedCount, readings.openCount]).toEqual([1, 0]);
  });

  it('let go of what is over with its first piece before anybody looks at it', async () => {
    const readings = new Readings(1);
    const { source, iterator } = reading(readings, new NumberSource([[1, 2]]));
    await iterator.next();

    expect([source.closedCount, readings.openCount]).toEqual([1, 0]);
    expect(await all(iterator)).toEqual([2]);
  });

  it('let go once when they are returned, or fail', async () => {
    const readings = new Readings(1);
    const { source, iterator } = reading(readings);
    await iterator.next();
    await iterator.return();
    expect([source.closedCount, readings.openCount]).toEqual([1, 0]);

    const broken = new NumberSource(PIECES);
    broken.next = () => Promise.reject(new Error('broken on purpose'));
    await expect(all(reading(readings, broken).iterator)).rejects.toThrow('broken on purpose');
    expect([broken.closedCount, readings.openCount]).toEqual([1, 0]);
    const unopened = readings.read(() => Promise.reject(new Error('away on purpose')));
    await expect(unopened.next()).rejects.toThrow('away on purpose');
    expect(readings.openCount).toBe(0);
  });

  it('refuse who finds no place in time, and no other', async () => {
    const readings = new Readings(1, { waitMs: 1 });
    const { iterator } = reading(readings);
    await iterator.next();

    await expect(reading(readings).iterator.next()).rejects.toMatchObject({
      code: 'ARCHIVE_READINGS_FULL',
    });
    await iterator.return();
    expect(await all(reading(readings).iterator)).toEqual([1, 2, 3]);
  });

  it('hand a place to whoever waits longest', async () => {
    const readings = new Readings(1);
    const { iterator } = reading(readings);
    await iterator.next();
    const order: string[] = [];
    const waiting = ['first', 'second'].map(async (name) => {
      await all(reading(readings).iterator);
      order.push(name);
    });
    await iterator.return();
    await Promise.all(waiting);

    expect(order).toEqual(['first', 'second']);
    expect(readings.openCount).toBe(0);
  });

  it('have a bound on those who wait', async () => {
    const readings = new Readings(1);
    const { iterator } = reading(readings);
    await iterator.next();
    const waiting = Array.from({ length: 64 }, () => all(reading(readings).iterator));

    await expect(reading(readings).iterator.next()).rejects.toMatchObject({
      code: 'ARCHIVE_READINGS_FULL',
    });
    await iterator.return();
    expect(await Promise.all(waiting)).toHaveLength(64);
  });

  it('let go of what nobody reads on, and tell whoever comes back', async () => {
    const readings = new Readings(1, { idleMs: 1 });
    const { source, iterator } = reading(readings);
    await iterator.next();
    await until(() => expect([source.closedCount, readings.openCount]).toEqual([1, 0]));

    await expect(all(iterator)).rejects.toThrow('given up');
    expect(source.closedCount).toBe(1);
  });

  it('end what takes too long', async () => {
    const readings = new Readings(1, { readingMs: -1 });
    const { source, iterator } = reading(readings);

    await expect(all(iterator)).rejects.toThrow('longer');
    expect([source.closedCount, readings.openCount]).toEqual([1, 0]);
  });

  it('give the end of what is over though they stop', async () => {
    const readings = new Readings(1);
    const { iterator } = reading(readings, new NumberSource([[1, 2]]));
    await iterator.next();
    await readings.stop();

    expect(await all(iterator)).toEqual([2]);
  });

  it('let go of everything when they stop', async () => {
    const readings = new Readings(1);
    const { source, iterator } = reading(readings);
    await iterator.next();
    const waiting = all(reading(readings).iterator).catch((fault: unknown) => fault);
    await readings.stop();

    expect(await waiting).toMatchObject({ code: 'ARCHIVE_READINGS_FULL' });
    expect([source.closedCount, readings.openCount]).toEqual([1, 0]);
    await expect(all(iterator)).rejects.toThrow('given up');
  });
});
