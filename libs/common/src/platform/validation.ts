import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { Payload, RpcException } from '@nestjs/microservices';
import { inheritedNames } from './inherited-names.js';
import { type FieldFault, ValidationException } from './problem.js';

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
    if (metadata.type === 'body' || metadata.type === 'query') refuseFields(inheritedNames(value));
    const checked = super.transform(value, metadata);
    return metadata.type === 'query' ? this.#explained(checked, value) : checked;
  }

  /** A doubled parameter is a list for us, and an empty one becomes a number: the caller sees neither. */
  async #explained(checked: Promise<unknown>, given: unknown): Promise<unknown> {
    try {
      return await checked;
    } catch (fault) {
      if (!(fault instanceof ValidationException)) throw fault;
      throw new ValidationException(
        fault.errors.map(({ field, message }) => ({
          field,
          message: message + howGiven((given as Record<string, unknown>)[field]),
        })),
      );
    }
  }
}

function howGiven(value: unknown): string {
  if (Array.isArray(value)) return `; it is given ${value.length} times`;
  return value === '' ? '; it is given without a value' : '';
}

/** @throws {ValidationException} unless there are none */
export function refuseFields(unknownFields: readonly string[]): void {
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
