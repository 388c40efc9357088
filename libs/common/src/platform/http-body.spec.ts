import { BadRequestException } from '@nestjs/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan, readBody } from './http-body.js';

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
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(readBody(Buffer.from(text)))).toBe(text);
      }),
    );
  });

  it.each(['{', 'nil', '\ufeff{}', '[[['.repeat(30_000)])('is refused: %.20j', (text) => {
    expect(() => readBody(Buffer.from(text))).toThrow(BadRequestException);
  });

  it.each([[[0xff]], [[0xc3]], [[0xc0, 0xaf]], [[0xed, 0xa0, 0x80]]])(
    'is refused with the bytes %j, which are not UTF-8',
    (bytes) => {
      const body = Buffer.concat([Buffer.from('"a'), Buffer.from(bytes), Buffer.from('"')]);
      expect(() => readBody(body)).toThrow('The body is not UTF-8.');
    },
  );
});
