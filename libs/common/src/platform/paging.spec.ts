import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, nextLink } from './paging.js';

const isPair = (value: readonly unknown[]): value is readonly [number, string] =>
  value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

describe('a cursor', () => {
  it('comes back as the position that it was made of, through a link', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (number, text) => {
        const link = nextLink('/things?limit=2&cursor=old', encodeCursor([number, text]));
        const url = new URL(/<(.+)>; rel="next"/.exec(link)?.[1] ?? '', 'http://localhost');
        expect(url.searchParams.get('limit')).toBe('2');
        expect(decodeCursor(url.searchParams.get('cursor') ?? '', isPair)).toEqual([number, text]);
      }),
    );
  });

  it('is refused when it is not one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, isPair)).toThrow('cursor is not one of this list');
      }),
    );
  });
});
