import { isText } from '#common/contracts';
import { decodeCursor, ValidationException } from '#common/platform';

/** Of a ship, a station or an antenna. */
export const NAME_CHARS_MAX = 128;

/** Whether there can be anything of that name. */
export const isKnownName = (name: string): boolean => isText(name, 1, NAME_CHARS_MAX);

/** A name in the path. @throws {ValidationException} */
export function checkName(field: string, name: string): void {
  if (isKnownName(name)) return;
  const message = `${field} must be text of 1 to ${NAME_CHARS_MAX} characters, without NUL`;
  throw new ValidationException([{ field, message }]);
}

/** Of the cursor of a list by name. @throws {ValidationException} */
export function nameOf(cursor: string | undefined): string | null {
  return cursor === undefined ? null : decodeCursor(cursor, isName)[0];
}

const isName = (value: readonly unknown[]): value is readonly [string] =>
  value.length === 1 && isText(value[0], 1, NAME_CHARS_MAX);
