import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RecentIds } from './recent-ids.js';

describe('RecentIds', () => {
  it('knows the last ones, and no more than its limit', () => {
    const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 50 });
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 4 }), (added, limit) => {
        const recent = new RecentIds(limit);
        for (const id of added) recent.add(id);
        const lastDistinct = [...new Set(added.toReversed())].slice(0, limit);
        expect('abcdef'.split('').filter((id) => recent.has(id))).toEqual(lastDistinct.toSorted());
      }),
    );
  });
});
