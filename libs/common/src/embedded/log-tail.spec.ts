import { describe, expect, it } from 'vitest';
import { LogTail } from './log-tail.js';

describe('LogTail', () => {
  it('keeps the end, and no more than its limit', () => {
    const log = new LogTail();

    for (let line = 1; line <= 10_000; line += 1) log.add(`line ${line}\n`);

    expect(log.toString()).toMatch(/line 9999\nline 10000$/);
    expect(log.toString().length).toBeLessThanOrEqual(8_192);
  });
});
