import { describe, expect, it } from 'vitest';
import { BlockMemory } from './block-memory.js';

const LARGE = 1024 * 1024;

describe('BlockMemory', () => {
  it('gives again what was released, and what is lent to nobody else', () => {
    const memory = new BlockMemory(8 * LARGE);
    const [first, second] = [memory.take(LARGE), memory.take(LARGE)];
    expect(second.buffer).not.toBe(first.buffer);

    memory.release(first.subarray(7, 70_000));

    const again = memory.take(LARGE);
    expect(again.buffer).toBe(first.buffer);
    expect(again).toHaveLength(LARGE);
    expect(memory.take(LARGE).buffer).not.toBe(first.buffer);
  });

  it('takes back once, and only what is its own', () => {
    const memory = new BlockMemory(8 * LARGE);
    const lent = memory.take(LARGE);
    memory.release(lent);
    memory.release(lent);
    const foreign = Buffer.alloc(LARGE);
    memory.release(foreign);

    const taken = Array.from({ length: 3 }, () => memory.take(LARGE).buffer);

    expect(new Set(taken).size).toBe(3);
    expect(taken).toContain(lent.buffer);
    expect(taken).not.toContain(foreign.buffer);
  });

  it('keeps no more than it may', () => {
    const memory = new BlockMemory(8 * LARGE);
    const lent = Array.from({ length: 12 }, () => memory.take(LARGE));
    for (const one of lent) memory.release(one);

    const again = new Set(lent.map(({ buffer }) => buffer));
    const taken = Array.from({ length: 12 }, () => memory.take(LARGE).buffer);

    expect(taken.filter((buffer) => again.has(buffer))).toHaveLength(8);
  });
});
