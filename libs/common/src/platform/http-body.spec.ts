import { BadRequestException } from '@nestjs/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan, parseJson } from './http-body.js';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

describe('a JSON body', () => {
  it('is as deep as its value, whatever its strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(7), (value, max) => {
        expect(isDeeperThan(JSON.stringify(value), max)).toBe(depthOf(value) > max);
      }),
    );
  });

  it('is read as JSON reads it', () => {
    const names = Object.getOwnPropertyNames(Object.prototype).map((name) => `"${name}":`);
    const isPlain = (value: unknown): boolean =>
      !names.some((name) => JSON.stringify(value).includes(name));
    const plain = fc.jsonValue().filter(isPlain);
    fc.assert(
      fc.property(plain, (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });

  it.each(['{', 'nil', '{"a": {"__proto__": 1}}', '[[['.repeat(30_000)])(
    'is refused: %.20j',
    (text) => {
      expect(() => parseJson(text)).toThrow(BadRequestException);
    },
  );
});
