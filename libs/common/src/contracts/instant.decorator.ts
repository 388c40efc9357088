import { parseInstant } from '#common/domain';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** ISO 8601 with an offset: `2024-09-25T22:49:10.342210+00:00`. Local times are refused. */
export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && parseInstant(value) !== null,
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

function isBetween(value: unknown, first: string, last: string): boolean {
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  // Both edges are written here, so they can be read.
  return instant !== null && instant >= parseInstant(first)! && instant <= parseInstant(last)!;
}
