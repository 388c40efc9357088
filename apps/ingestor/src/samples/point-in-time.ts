import { ValidateBy, type ValidationOptions } from 'class-validator';
import { formatInstant, type Instant, MICROS_PER_MILLISECOND, parseInstant } from '#common/domain';

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
        defaultMessage: (args) => `${args?.property} ${ruleFor(args?.value)}`,
      },
    },
    options,
  );

const ISO_8601 = /^(\d{4})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const EARLIEST = formatInstant(Number.MIN_SAFE_INTEGER);
const LATEST = formatInstant(Number.MAX_SAFE_INTEGER);

const yearOf = (time: string): string => time.slice(0, 4);

/** What is wrong with it: the form, the calendar, or how far away it is. */
function ruleFor(value: unknown): string {
  const year = typeof value === 'string' ? ISO_8601.exec(value)?.[1] : undefined;
  const isFar =
    year === undefined ? isCount(value) : year <= yearOf(EARLIEST) || year >= yearOf(LATEST);
  if (isFar) return `must be from ${EARLIEST} to ${LATEST}`;
  return year === undefined
    ? 'must be an ISO 8601 time with an offset, such as 2030-01-01T12:00:00Z, or milliseconds since 1970'
    : 'must be a day and a time of day that exist';
}

const isCount = (value: unknown): boolean => typeof value === 'string' && MILLISECONDS.test(value);
