import { ValidateBy, type ValidationOptions } from 'class-validator';

/**
 * Text that every store keeps as it is: PostgreSQL has no NUL, and a lone surrogate has no UTF-8.
 * Lengths are in code points, as PostgreSQL counts them.
 */
export const IsText = (
  charsMin: number,
  charsMax: number,
  options?: ValidationOptions,
): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isText',
      validator: {
        validate: (value: unknown) => isText(value, charsMin, charsMax),
        defaultMessage: (args) =>
          `${args?.property} must be text of ${charsMin} to ${charsMax} characters, without NUL`,
      },
    },
    options,
  );

/** What `IsText` checks, for those who read without decorators. */
export function isText(value: unknown, charsMin: number, charsMax: number): value is string {
  if (typeof value !== 'string') return false;
  // Nearly all text: its length is the number of its characters.
  if (!SURROGATE_OR_NUL.test(value)) return isBetween(value.length, charsMin, charsMax);
  return (
    !LONE_SURROGATE_OR_NUL.test(value) && isBetween(Array.from(value).length, charsMin, charsMax)
  );
}

const SURROGATE_OR_NUL = /[\0\ud800-\udfff]/;
const LONE_SURROGATE_OR_NUL = /\0|\p{Surrogate}/u;

const isBetween = (count: number, min: number, max: number): boolean =>
  count >= min && count <= max;
