import { describe, expect, it } from 'vitest';
import { readersOf } from '../packets/testing/own-definitions.js';
import { NumericFields } from './numeric-fields.js';

const MANY = `name: many
title: A foreign ship with many fields
ship: Ship 3
from: [127.0.0.1]
apids: 300
length: 36
secondary_header: false
time: none
sequence: header
checksum: none
fields:
${Array.from({ length: 30 }, (_, nr) => `  - { name: field_${nr}, at: ${6 + nr}, type: uint8 }`).join('\n')}
`;

describe('the fields that can have a limit', () => {
  it('are named where another one is asked for, with how many more there are', () => {
    const few = new NumericFields(readersOf());
    expect(() => few.check('volts')).not.toThrow();
    expect(() => few.check('mode')).toThrow(/number: volts, amperes, celsius, charge$/);

    const many = new NumericFields(readersOf(MANY));
    expect(() => many.check('field_29')).not.toThrow();
    expect(() => many.check('field_30')).toThrow(/charge, field_0, .*field_15 and 14 more/);
  });
});
