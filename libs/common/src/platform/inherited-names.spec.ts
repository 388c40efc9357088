import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inheritedNames } from './inherited-names.js';

describe('the inherited names of a value', () => {
  it('are found at any depth, with their path', () => {
    const text = '{"a": [{"b": {"__proto__": 1}}], "toString": {"valueOf": 1}, "c": {"d": null}}';
    expect(inheritedNames(JSON.parse(text))).toEqual(['a.0.b.__proto__', 'toString']);
  });

  it('are just those that every object has', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const value: unknown = JSON.parse(`{${JSON.stringify(name)}: 1}`);
        expect(inheritedNames(value)).toEqual(name in {} ? [name] : []);
      }),
    );
  });

  it.each([null, 5, 'toString', [], [[null]]])('of %j are none', (value) => {
    expect(inheritedNames(value)).toEqual([]);
  });
});
