import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsOf } from './json-array.js';

const ENOUGH = 1_000;

/** What reading the elements one by one makes of a text; null where it is no array. */
function readByElements(text: string): unknown {
  const elements = elementsOf(text, ENOUGH);
  try {
    return elements && elements.map((one) => JSON.parse(one) as unknown);
  } catch {
    return null;
  }
}

function readAtOnce(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const spaces = fc.constantFrom('', ' ', '\n\t ');
const noise = fc
  .array(fc.constantFrom('[', ']', '{', '}', ',', ':', '"', '\\', '1', 'a', ' ', '"b"', '{"a":1}'))
  .map((parts) => parts.join(''));

describe('the elements of an array', () => {
  it('are those that JSON sees', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), spaces, (values, space) => {
        const text = space + JSON.stringify(values, null, space) + space;
        expect(readByElements(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('can all be read just when the whole is an array', () => {
    const texts = fc.oneof(
      noise,
      noise.map((text) => `[${text}]`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(readByElements(text)).toEqual(readAtOnce(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are looked for no further than there may be', () => {
    const text = `[${'{},'.repeat(1_000_000)}`;
    expect(elementsOf(text, 10)).toHaveLength(11);
  });
});
