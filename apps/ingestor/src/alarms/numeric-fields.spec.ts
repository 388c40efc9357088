import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { fieldFaults } from '#common/platform';
import { readersOf } from '../packets/testing/own-definitions.js';
import { PutLimitDto } from './limit.dto.js';
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

describe('the refusal of a limit', () => {
  it('says which number of which band is none', () => {
    const limit = plainToInstance(PutLimitDto, { warning: { low: 'low' }, critical: { low: 1 } });
    expect(fieldFaults(validateSync(limit))).toEqual([
      { field: 'warning.low', message: 'warning.low must be a finite number' },
    ]);
  });

  it('says which fields can have one, and how many more there are', () => {
    const few = new NumericFields(readersOf());
    expect(() => few.check('volts')).not.toThrow();
    expect(() => few.check('mode')).toThrow(/number: volts, amperes, celsius, charge$/);

    const many = new NumericFields(readersOf(MANY));
    expect(() => many.check('field_29')).not.toThrow();
    expect(() => many.check('field_30')).toThrow(/charge, field_0, .*field_15 and 14 more/);
  });
});
