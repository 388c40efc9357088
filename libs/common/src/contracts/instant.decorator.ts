import { type Instant, parseInstant } from '#common/domain';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** ISO 8601 with an offset: `2024-09-25T22:49:10.342210+00:00`. Local times are refused. */
export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: (value: unknown) => instantIn(value) !== null,
        defaultMessage: (args) =>
          `${args?.property} must be an ISO 8601 time with an offset, such as 2030-01-01T12:00:00Z`,
      },
    },
    options,
  );

/** As `IsInstant`, from the first to the last of these. */
export const IsInstantBetween = (first: string, last: string): PropertyDecorator =>
  ValidateBy({
    name: 'isInstantBetween',
    validator: {
      validate: (value: unknown) => isBetween(value, first, last),
      defaultMessage: (args) =>
        `${args?.property} must be an ISO 8601 time with an offset, from ${first} to ${last}`,
    },
  });

/** An instant after that of another property, which is checked by itself. */
export const IsInstantAfter = (other: string): PropertyDecorator =>
  ValidateBy({
    name: 'isInstantAfter',
    validator: {
      validate: (value: unknown, args) =>
        isBehind(value, (args!.object as Readonly<Record<string, unknown>>)[other]),
      defaultMessage: (args) => `${args?.property} must be after ${other}`,
    },
  });

function isBehind(value: unknown, other: unknown): boolean {
  const [later, earlier] = [instantIn(value), instantIn(other)];
  return later === null || earlier === null || later > earlier;
}

const instantIn = (value: unknown): Instant | null =>
  typeof value === 'string' ? parseInstant(value) : null;

function isBetween(value: unknown, first: string, last: string): boolean {
  const instant = instantIn(value);
  // Both edges are written here, so they can be read.
  return instant !== null && instant >= parseInstant(first)! && instant <= parseInstant(last)!;
}
