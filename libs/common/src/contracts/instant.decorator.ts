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
