import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MissingCause, MissingRange } from '#common/contracts';
import { PackedRanges, packRanges } from './packed-ranges.js';

const HOLES_MAX = 524_288;
const MEGABYTE = 1024 * 1024;

const cause = fc.constantFrom<MissingCause>('corrupt', 'shed', 'kernel', 'restart', 'lost');
const edges = fc.uniqueArray(fc.oneof(fc.nat(300), fc.nat(), fc.maxSafeNat()), { maxLength: 40 });

/** From each edge to the next one, or nothing there: some are neighbours, some are one number. */
const ranges: fc.Arbitrary<MissingRange[]> = edges.chain((numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const kind = fc.option(cause, { freq: 3 });
  return fc.tuple(...sorted.map(() => kind)).map((causes) =>
    sorted.flatMap((from, at) => {
      const to = (sorted[at + 1] ?? from + 1) - 1;
      const why = causes[at] ?? null;
      return why === null ? [] : [{ from, to, cause: why }];
    }),
  );
});

/** Those before the first that cannot be read. */
function readable(bytes: Uint8Array): MissingRange[] {
  const found: MissingRange[] = [];
  try {
    for (const range of new PackedRanges(bytes)) found.push(range);
  } catch {
    return found;
  }
  return found;
}

describe('packed ranges', () => {
  it('are those that were packed', () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const packed = new PackedRanges(packRanges(given));
        expect(packed.length).toBe(given.length);
        expect([...packed]).toEqual(given);
        expect([...packed]).toEqual(given);
      }),
    );
  });

  it('are refused where any of their bytes are missing, or there are more', () => {
    fc.assert(
      fc.property(ranges, fc.nat(), fc.uint8Array({ minLength: 1 }), (given, seed, more) => {
        const bytes = packRanges(given);
        const cut = bytes.subarray(0, seed % bytes.length);
        expect(() => [...new PackedRanges(cut)]).toThrow('damaged');
        expect(() => [...new PackedRanges(Buffer.concat([bytes, more]))]).toThrow('damaged');
      }),
    );
  });

  it('of any bytes are in their order as far as they can be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const bounds = readable(bytes).flatMap(({ from, to }) => [from, to]);
        expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
        expect(bounds.every((bound) => Number.isSafeInteger(bound) && bound >= 0)).toBe(true);
      }),
    );
  });

  it('reach from 0 to the last whole number', () => {
    const all: MissingRange[] = [{ from: 0, to: Number.MAX_SAFE_INTEGER, cause: 'lost' }];

    expect([...new PackedRanges(packRanges(all))]).toEqual(all);
  });

  it('are small where there are as many as an account may have', () => {
    const holes = Array.from({ length: HOLES_MAX }, (_, at): MissingRange => {
      const from = 4_000_000_000 + 100 * at;
      return { from, to: from + 49, cause: 'lost' };
    });

    expect(packRanges(holes).length).toBeLessThan(1.5 * MEGABYTE + 16);
  });
});
