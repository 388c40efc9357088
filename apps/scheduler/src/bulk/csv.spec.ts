import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordsOf } from './csv.js';

const field = fc
  .array(fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '\r\n', '\r', ';'), { maxLength: 6 })
  .map((parts) => parts.join(''));
const records = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 5 });

const written = (text: string, always: boolean): string =>
  always || text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

describe('CSV', () => {
  it('is read as it was written, with either end of line, with and without the last', () => {
    const ends = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(
        records,
        ends,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('', '\ufeff'),
        (all, end, isQuoted, hasLastEnd, mark) => {
          const lines = all.map((record) => record.map((one) => written(one, isQuoted)).join(','));
          const text = mark + lines.join(end) + (hasLastEnd ? end : '');
          expect([...recordsOf(text)]).toEqual(all);
        },
      ),
    );
  });

  it('has empty fields between and behind commas, and no record in an empty line', () => {
    expect([...recordsOf('a,,b\n\n,\r\n\r\nc')]).toEqual([['a', '', 'b'], ['', ''], ['c']]);
    expect([...recordsOf('a,')]).toEqual([['a', '']]);
    expect([...recordsOf('')]).toEqual([]);
  });

  it.each([
    ['a,b\n"c', 'Record 2: a quote is not closed'],
    ['a"b', 'Record 1: a quote stands within'],
    ['"a"b', 'Record 1: something stands behind'],
    ['"a"\rb', 'Record 1: something stands behind'],
    ['a\rb', 'Record 1: a CR stands without a LF'],
    [','.repeat(64), 'Record 1: it has over 64 fields'],
  ])('is refused as %j', (text, message) => {
    expect(() => [...recordsOf(text)]).toThrow(message);
  });

  it('reads no further than it is asked to', () => {
    const all = recordsOf('a\nb\n"never closed');
    expect([all.next().value, all.next().value]).toEqual([['a'], ['b']]);
  });
});
