import type { FastifyReply, FastifyRequest } from 'fastify';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, linkedItems, pageOf } from './paging.js';

const isPair = (value: readonly unknown[]): value is readonly [number, string] =>
  value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

const headersOf = (found: readonly (readonly [number, string])[], limit: number) => {
  const headers = new Map<string, string>();
  const reply = { header: (name: string, value: string) => headers.set(name, value) };
  const request = { url: `/things?limit=${limit}&name=a?b&cursor=old` };
  const page = pageOf(found, limit, (item) => item);
  const items = linkedItems(page, request as FastifyRequest, reply as unknown as FastifyReply);
  return { items, link: headers.get('link') };
};

describe('a page', () => {
  it('links to what comes behind its last item, when there is more', () => {
    const items = fc.array(fc.tuple(fc.integer(), fc.string()), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 9 }), (found, limit) => {
        const { items: shown, link } = headersOf(found, limit);
        expect(shown).toEqual(found.slice(0, limit));
        expect(link !== undefined).toBe(found.length > limit);
        if (link === undefined) return;
        const url = new URL(/<(.+)>; rel="next"/.exec(link)?.[1] ?? '', 'http://localhost');
        expect(url.searchParams.get('limit')).toBe(String(limit));
        expect(url.searchParams.get('name')).toBe('a?b');
        const cursor = url.searchParams.get('cursor') ?? '';
        expect(decodeCursor(cursor, isPair)).toEqual(shown.at(-1));
      }),
    );
  });

  it('refuses a cursor that is not one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, isPair)).toThrow('cursor is not one of this list');
      }),
    );
  });
});
