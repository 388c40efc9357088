import { ValidateBy, type ValidationOptions } from 'class-validator';
import { type Instant, MICROS_PER_MILLISECOND, parseInstant } from '#common/domain';

/** As JavaScript prints milliseconds since 1970; Open MCT asks with parts of one. */
const MILLISECONDS = /^-?\d{1,16}(\.\d{1,12})?$/;

/** ISO 8601 with an offset, or milliseconds since 1970; null for anything else. */
export function parsePointInTime(text: string): Instant | null {
  if (!MILLISECONDS.test(text)) return parseInstant(text);
  const instant = Math.round(Number(text) * MICROS_PER_MILLISECOND);
  return Number.isSafeInteger(instant) ? instant : null;
}

export const IsPointInTime = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isPointInTime',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && parsePointInTime(value) !== null,
        defaultMessage: (args) =>
          `${args?.property} must be an ISO 8601 time with an offset, such as 2030-01-01T12:00:00Z, ` +
          'or milliseconds since 1970',
      },
    },
    options,
  );
