import { Injectable } from '@nestjs/common';
import { ValidationException } from '#common/platform';
import { PacketReaders } from '../packets/packet-readers.js';

/** Foreign definitions have hundreds. */
const NAMES_TOLD_MAX = 20;

/** What limits can be for: any definition may be that of any ship. */
@Injectable()
export class NumericFields {
  readonly #names: ReadonlySet<string>;

  constructor(readers: PacketReaders) {
    const fields = readers.all().flatMap((reader) => reader.fields);
    this.#names = new Set(fields.filter(({ type }) => type === 'number').map(({ name }) => name));
  }

  /** @throws {ValidationException} unless a packet definition has it, as a number */
  check(field: string): void {
    if (this.#names.has(field)) return;
    const message = `field must be a field of a packet definition that is a number: ${this.#some()}`;
    throw new ValidationException([{ field: 'field', message }]);
  }

  #some(): string {
    const names = [...this.#names];
    const more = names.length - NAMES_TOLD_MAX;
    const told = names.slice(0, NAMES_TOLD_MAX).join(', ');
    return more > 0 ? `${told} and ${more} more, as the definitions have them` : told;
  }
}
