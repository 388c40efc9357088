import { describe, expect, it } from 'vitest';
import { MemoryHotList } from './memory-hot.list.js';

const AT = 1_000_000;

describe('a MemoryHotList', () => {
  it('bounds its memory also where texts are long: the oldest go first', async () => {
    const hot = new MemoryHotList(300, 3);
    const text = (n: number): string => `{ "number": ${n} }`.padEnd(n <= 700 ? 900 : 20);
    for (let n = 1; n <= 700; n += 1) hot.push('Voyager', AT, n, text(n));
    const length = await hot.length('Voyager');
    expect(length).toBeLessThan(100);
    expect(length).toBeGreaterThan(10);
    expect(await hot.last('Voyager', 300)).toEqual(
      Array.from({ length }, (_, nr) => text(701 - length + nr)),
    );

    for (let n = 701; n <= 1_100; n += 1) hot.push('Voyager', AT, n, text(n));
    expect(await hot.last('Voyager', 300)).toEqual(
      Array.from({ length: 300 }, (_, nr) => text(801 + nr)),
    );
  });
});
