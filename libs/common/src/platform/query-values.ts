import { Transform } from 'class-transformer';

const DIGITS = /^\d{1,16}$/;
const DECIMAL = /^\d{1,9}(\.\d{1,9})?$/;

/** Any other text stays, and is refused by its rules: an empty one is no 0, `1e3` and `0x10` no counts. */
export const numberOfDigits = (value: unknown): unknown =>
  typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;

/** A whole number as text, as a query has it. */
export const FromDigits = (): PropertyDecorator => Transform(({ value }) => numberOfDigits(value));

/** A number with or without a fraction as text; signs and exponents make it none. */
export const FromDecimal = (): PropertyDecorator =>
  Transform(({ value }: { readonly value: unknown }) =>
    typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value,
  );

/** Any other text stays, and is refused: `1` is not true. */
export const FromTrueOrFalse = (): PropertyDecorator =>
  Transform(({ value }: { readonly value: unknown }) =>
    value === 'true' || value === 'false' ? value === 'true' : value,
  );

/** `?a=1` is one value and `?a=1&a=2` two: always a list. */
export const AsList = (): PropertyDecorator =>
  Transform(({ value }: { readonly value: unknown }) =>
    value === undefined || Array.isArray(value) ? value : [value],
  );
