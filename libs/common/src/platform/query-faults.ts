import type { Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { type FieldFault, ValidationException } from './problem.js';

/** The parameters that a query's DTO has rules for: all others are refused. */
function parametersOf(dto: Type | undefined): readonly string[] {
  if (dto === undefined) return [];
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/**
 * @param dto that has rules for those that there are; undefined: there are none
 * @throws {ValidationException} unless there are no unknown ones
 */
export function refuseParameters(unknown: readonly string[], dto: Type | undefined): void {
  if (unknown.length === 0) return;
  const known = parametersOf(dto);
  throw new ValidationException(
    unknown.map((field) => ({ field, message: unknownParameter(field, known) })),
  );
}

/** What the rules say, with what only the query itself shows: `given` is how it came. */
export function explained(
  faults: readonly FieldFault[],
  given: Readonly<Record<string, unknown>>,
  dto: Type | undefined,
): FieldFault[] {
  const known = parametersOf(dto);
  return faults.map(({ field, message }) => ({
    field,
    message: known.includes(field)
      ? message + howGiven(given[field], takesSeveral(field, dto))
      : unknownParameter(field, known),
  }));
}

/** A doubled parameter is a list for us, and an empty one is text: the caller meant neither. */
function howGiven(value: unknown, mayBeRepeated: boolean): string {
  if (Array.isArray(value)) return mayBeRepeated ? '' : `; it is given ${value.length} times`;
  return value === '' ? '; it is given without a value' : '';
}

const takesSeveral = (field: string, dto: Type | undefined): boolean =>
  dto !== undefined && Reflect.getMetadata('design:type', dto.prototype, field) === Array;

function unknownParameter(name: string, known: readonly string[]): string {
  const those =
    known.length === 0
      ? 'this address takes no parameters'
      : `its parameters are ${known.join(', ')}`;
  return `${name} is not a known field of the query; ${those}`;
}
