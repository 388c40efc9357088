import { Param, ParseUUIDPipe } from '@nestjs/common';
import { ValidationException } from './problem.js';

/** A UUID in the path; one that is none is refused like every other field, by its name. */
export const UuidParam = (name: string): ParameterDecorator =>
  Param(
    name,
    new ParseUUIDPipe({
      exceptionFactory: () =>
        new ValidationException([{ field: name, message: `${name} must be a UUID` }]),
    }),
  );
