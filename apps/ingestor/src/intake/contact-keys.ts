import { Injectable } from '@nestjs/common';
import { contactKey, TAG_BYTES } from '#common/contracts';
import type { Reception } from '../receptions/reception.js';

/**
 * The keys that ships sign their packets with, one per contact. Without a master secret there are none,
 * and whoever knows a ship's address and APID can speak for it.
 */
@Injectable()
export class ContactKeys {
  readonly #keys = new WeakMap<Reception, Buffer>();

  /** @param secret of at least 32 characters, and never logged */
  constructor(private readonly secret: string | null) {}

  /** How many bytes more a packet may have. */
  get tagBytesMax(): number {
    return this.secret === null ? 0 : TAG_BYTES;
  }

  /** Null where the packets of the contact are not signed. */
  keyOf(reception: Reception): Buffer | null {
    const isSigned = reception.opening.stream.format === 'ccsds' && reception.foreign === null;
    if (this.secret === null || !isSigned) return null;
    let key = this.#keys.get(reception);
    if (!key) this.#keys.set(reception, (key = contactKey(this.secret, reception.contactId)));
    return key;
  }
}
