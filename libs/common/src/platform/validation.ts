import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { Payload, RpcException } from '@nestjs/microservices';
import { type FieldFault, ValidationException } from './problem.js';

const STRICT = {
  whitelist: true,
  forbidNonWhitelisted: true,
  transform: true,
  stopAtFirstError: true,
} as const;

/** Checks bodies and queries by their DTO; unknown fields are refused, every fault names its field. */
export const httpValidation = (): ValidationPipe =>
  new ObjectBodyPipe({
    ...STRICT,
    exceptionFactory: (errors) => new ValidationException(fieldFaults(errors)),
  });

/** A list of valid bodies passes class-validator where one is expected. */
class ObjectBodyPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (metadata.type === 'body' && value !== undefined && !isObject)
      throw new ValidationException([{ field: 'body', message: 'The body must be an object' }]);
    return super.transform(value, metadata);
  }
}

const payloadValidation = new ValidationPipe({
  ...STRICT,
  // A message of a later version may carry more than we know: fields are dropped, not refused.
  forbidNonWhitelisted: false,
  exceptionFactory: (errors) =>
    new RpcException({ code: 'INVALID_PAYLOAD', errors: fieldFaults(errors) }),
});

/**
 * The checked payload of a message handler. A plain `@Payload()` with a global pipe would lose the
 * fault: Nest turns an HTTP exception in an event handler into nothing, not even a log line.
 */
export const EventPayload = (): ParameterDecorator => Payload(payloadValidation);

export function fieldFaults(errors: readonly ValidationError[], parent = ''): FieldFault[] {
  return errors.flatMap((error) => {
    const field = parent === '' ? error.property : `${parent}.${error.property}`;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      field: field || 'body',
      message: readable(rule, field, message),
    }));
    return [...own, ...fieldFaults(error.children ?? [], field)];
  });
}

function readable(rule: string, field: string, message: string): string {
  if (rule === 'whitelistValidation') return `${field} is not a known field`;
  if (rule === 'unknownValue') return 'The body must be an object';
  return message;
}
