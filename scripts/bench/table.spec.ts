import { describe, expect, it } from 'vitest';
import type { Figure } from './figure.js';
import { numberOf, tableOf } from './table.js';

const FIGURE: Figure = {
  name: 'http',
  unit: 'messages/s',
  ours: 14_000,
  limit: 20_000,
  ratio: 0.7,
  goal: { of: 'ratio', is: 'at least', value: 0.7 },
};

describe('the table', () => {
  it('has a line for each figure, and remarks beside', () => {
    const seconds: Figure = {
      name: 'new connections',
      unit: 'seconds',
      ours: 15,
      limit: null,
      ratio: null,
      goal: { of: 'ours', is: 'below', value: 15 },
    };

    expect(
      tableOf([FIGURE, { name: 'replay', remark: 'not today, said in many words' }, seconds]),
    ).toEqual([
      '                   ours   limit  unit        ratio  goal',
      'http             14,000  20,000  messages/s   0.70  ≥ ratio 0.7   ok',
      'replay           not today, said in many words',
      'new connections      15       –  seconds         –  < 15 seconds  above',
    ]);
  });

  it.each([
    [{ ...FIGURE, ratio: 0.69 }, 'below'],
    [{ ...FIGURE, goal: { of: 'ours', is: 'at least', value: 14_000 } }, 'ok'],
    [{ ...FIGURE, goal: { of: 'ours', is: 'below', value: 14_001 } }, 'ok'],
    [{ ...FIGURE, goal: { of: 'ours', is: 'at least', value: 14_001 } }, 'below'],
  ] as const)('says of %j: %s', (figure, verdict) => {
    expect(tableOf([figure])[1]).toMatch(new RegExp(` ${verdict}$`));
  });

  it('says nothing of a figure that has no goal', () => {
    expect(tableOf([{ ...FIGURE, goal: null }])[1]).toMatch(/0\.70 {2}–$/);
  });

  it.each([
    [0.1234, '0.123'],
    [14.26, '14.3'],
    [99.96, '100'],
    [123.4, '123'],
    [1_234_567.8, '1,234,568'],
    [0, '0'],
  ])('writes %d as %s', (value, text) => {
    expect(numberOf(value)).toBe(text);
  });
});
