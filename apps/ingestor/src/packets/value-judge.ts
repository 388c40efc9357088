import { type FieldReader, fieldReaderOf } from './field-values.js';
import type { FieldDefinition } from './packet-definition.js';

/**
 * Finds values that cannot be. Most values are floats that just have to be finite, which two of their bytes show: they
 * are not made numbers for that.
 */
export class ValueJudge {
  readonly #fields: readonly FieldReader[];
  readonly #others: readonly FieldReader[];
  /** Of each plain float: where its first byte is, and which bits of the second one belong to the exponent. */
  readonly #floatsAt: readonly number[];
  readonly #exponents: readonly number[];

  constructor(fields: readonly FieldDefinition[]) {
    const floats = fields.filter(isPlainFloat);
    this.#fields = readersOf(fields);
    this.#others = readersOf(fields.filter((field) => !isPlainFloat(field)));
    this.#floatsAt = floats.map(({ raw }) => raw.atBit / 8);
    this.#exponents = floats.map(({ raw }) => (raw.bits === 32 ? 0x80 : 0xf0));
  }

  /** Why the first value that cannot be cannot; null where all can. The bytes must be there. */
  faultOf(bytes: Buffer, offset: number): string | null {
    return this.#areAllGood(bytes, offset) ? null : firstFaultOf(this.#fields, bytes, offset);
  }

  #areAllGood(bytes: Buffer, offset: number): boolean {
    for (let index = 0; index < this.#floatsAt.length; index += 1) {
      const at = offset + (this.#floatsAt[index] ?? 0);
      const exponent = this.#exponents[index] ?? 0;
      const isFinite = (bytes[at]! & 0x7f) !== 0x7f || (bytes[at + 1]! & exponent) !== exponent;
      if (!isFinite) return false;
    }
    for (const { value } of this.#others) if (value(bytes, offset) === null) return false;
    return true;
  }
}

const isPlainFloat = ({ raw, valid, scale, offset }: FieldDefinition): boolean =>
  raw.kind === 'float' && !raw.isLittleEndian && valid === null && scale === 1 && offset === 0;

const readersOf = (fields: readonly FieldDefinition[]): readonly FieldReader[] =>
  fields.map(fieldReaderOf).filter(({ canFail }) => canFail);

function firstFaultOf(
  fields: readonly FieldReader[],
  bytes: Buffer,
  offset: number,
): string | null {
  const failing = fields.find(({ value }) => value(bytes, offset) === null);
  return failing ? failing.faultOf(bytes, offset) : null;
}
