import { ValidateIf } from 'class-validator';

/** A field that may be left out, but when it is there it is checked: `null` is not "left out". */
export const MayBeMissing = (): PropertyDecorator =>
  ValidateIf((_body: unknown, value: unknown) => value !== undefined);
