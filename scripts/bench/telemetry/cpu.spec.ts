import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuSecondsOf, ticksOf, timesIn } from './cpu.js';

describe('the CPU time of processes', () => {
  it('is read whatever a program calls itself', () => {
    const rest = 'S 7 1 1 0 -1 4194560 100 0 0 0 11 22 33 44 20 0 1 0 100';

    expect(timesIn(`12 (a) b (c) ${rest}`)).toEqual({ pid: 12, parent: 7, ticks: 110 });
  });

  it('is that of all descendants, told in whatever order', () => {
    const all = [
      { pid: 4, parent: 3, ticks: 8 },
      { pid: 3, parent: 2, ticks: 4 },
      { pid: 2, parent: 1, ticks: 2 },
      { pid: 5, parent: 1, ticks: 16 },
      { pid: 1, parent: 0, ticks: 1 },
    ];

    expect(ticksOf([2], all)).toBe(14);
    expect(ticksOf([2, 5], all)).toBe(30);
    expect(ticksOf([9], all)).toBe(0);
  });

  it('of this one is told where there is a /proc', async () => {
    const told = await cpuSecondsOf([process.pid]);

    expect(told !== null).toBe(existsSync('/proc/self/stat'));
    expect(told ?? 1).toBeGreaterThan(0);
  });
});
