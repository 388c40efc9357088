import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { Payload, RpcException } from '@nestjs/microservices';
import { inheritedNames } from './inherited-names.js';
import { type FieldFault, ValidationException } from './problem.js';
import { explained, refuseParameters } from './query-faults.js';

const STRICT = {
  whitelist: true,
  forbidNonWhitelisted: true,
  transform: true,
} as const;

/** Checks bodies and queries by their DTO; unknown fields are refused, every fault names its field. */
export const httpValidation = (): ValidationPipe =>
  new ObjectBodyPipe({
    ...STRICT,
    exceptionFactory: (errors) => new ValidationException(fieldFaults(errors)),
  });

class ObjectBodyPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A list of valid bodies passes class-validator where one is expected.
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (metadata.type === 'body' && value !== undefined && !isObject)
      throw new ValidationException([{ field: 'body', message: 'The body must be an object' }]);
    if (metadata.type === 'body') refuseFields(inheritedNames(value));
    return metadata.type === 'query'
      ? this.#checkedQuery(value, metadata)
      : super.transform(value, metadata);
  }

  async #checkedQuery(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype } = metadata;
    refuseParameters(inheritedNames(value), metatype);
    try {
      return await super.transform(value, metadata);
    } catch (fault) {
      if (!(fault instanceof ValidationException)) throw fault;
      const given = value as Readonly<Record<string, unknown>>;
      throw new ValidationException(explained(fault.errors, given, metatype));
    }
  }
}

/** @throws {ValidationException} unless there are none */
function refuseFields(unknownFields: readonly string[]): void {
  if (unknownFields.length === 0) return;
  throw new ValidationException(
    unknownFields.map((field) => ({ field, message: unknownField(field) })),
  );
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

/** One fault for each field: the most basic one, whatever the order of its decorators is. */
export function fieldFaults(errors: readonly ValidationError[], parent = ''): FieldFault[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const field = parent === '' ? property : `${parent}.${property}`;
    const [worst] = Object.keys(constraints).toSorted((one, other) => rankOf(one) - rankOf(other));
    const message = withPath(readable(worst ?? '', field, constraints), property, field);
    const own = worst === undefined ? [] : [{ field: field || 'body', message }];
    return [...own, ...fieldFaults(children, field)];
  });
}

/** What says that a value is of the wrong kind; only then its size or its meaning is of interest. */
const BASIC_RULES = [
  'whitelistValidation',
  'unknownValue',
  'isObject',
  'isString',
  'isText',
  'isInt',
  'isNumber',
];

function rankOf(rule: string): number {
  const rank = BASIC_RULES.indexOf(rule);
  return rank === -1 ? BASIC_RULES.length : rank;
}

function readable(rule: string, field: string, constraints: Record<string, string>): string {
  if (rule === 'whitelistValidation') return unknownField(field);
  if (rule === 'unknownValue') return 'The body must be an object';
  return constraints[rule] ?? '';
}

/** Rules begin with the bare name: of two of the same name it would not be said which one is meant. */
const withPath = (message: string, property: string, field: string): string =>
  message.startsWith(`${property} `) ? field + message.slice(property.length) : message;

const unknownField = (field: string): string => `${field} is not a known field`;
