import { IsInt, Max, MaxLength, Min, IsString, validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { fieldFaults } from './validation.js';

class Near {
  @IsInt()
  @Min(1)
  @Max(5)
  readonly count: unknown;

  @IsString()
  @MaxLength(3)
  readonly name: unknown;
}

class Far {
  @Max(5)
  @Min(1)
  @IsInt()
  readonly count: unknown;

  @MaxLength(3)
  @IsString()
  readonly name: unknown;
}

const messagesOf = (body: object): string[] =>
  fieldFaults(validateSync(body)).map(({ message }) => message);

describe('the faults of a field', () => {
  it('have the way to it, where it is not at the top', () => {
    const outer = { target: {}, property: 'near', children: validateSync(new Near()) };
    expect(fieldFaults([outer])).toEqual([
      { field: 'near.count', message: 'near.count must be an integer number' },
      { field: 'near.name', message: 'near.name must be a string' },
    ]);
  });

  it.each([Near, Far])('are told as the most basic one, in any order of rules: %o', (Body) => {
    expect(messagesOf(Object.assign(new Body(), { count: 'x', name: ['a', 'b'] }))).toEqual([
      'count must be an integer number',
      'name must be a string',
    ]);
    expect(messagesOf(Object.assign(new Body(), { count: 6, name: 'long' }))).toEqual([
      'count must not be greater than 5',
      'name must be shorter than or equal to 3 characters',
    ]);
  });
});
