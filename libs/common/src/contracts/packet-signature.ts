import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA-256, of which the first half is sent. */
export const TAG_BYTES = 16;
export const KEY_BYTES = 32;
/** What stands behind the tag: the CRC is over everything before it, the tag included. */
const CRC_BYTES = 2;
/** Ties the keys to this use of the master secret. */
const KEY_SALT = 'perigee/packet-signature/1';

/**
 * The key of one contact: HKDF-SHA-256 (RFC 5869) of the master secret, with `perigee/packet-signature/1`
 * as salt and the contact's id as info, both as UTF-8. So no contact's key tells anything of another's.
 */
export const contactKey = (masterSecret: string | Uint8Array, contactId: string): Buffer =>
  Buffer.from(hkdfSync('sha256', masterSecret, KEY_SALT, contactId, KEY_BYTES));

/** The tag over `length` bytes from `offset` on. */
export const packetTag = (
  key: Uint8Array,
  bytes: Uint8Array,
  offset = 0,
  length = bytes.length - offset,
): Buffer =>
  createHmac('sha256', key)
    .update(bytes.subarray(offset, offset + length))
    .digest()
    .subarray(0, TAG_BYTES);

/**
 * Is the packet that lies in `bytes` from `offset` on, its CRC included, signed with this key? Takes as
 * long for a tag that is nearly right as for any other; false for what is too short to hold one.
 */
export function isSigned(
  key: Uint8Array,
  bytes: Uint8Array,
  offset = 0,
  length = bytes.length - offset,
): boolean {
  const signedLength = length - TAG_BYTES - CRC_BYTES;
  if (signedLength < 0 || offset < 0 || offset + length > bytes.length) return false;
  const tagAt = offset + signedLength;
  const tag = bytes.subarray(tagAt, tagAt + TAG_BYTES);
  return timingSafeEqual(tag, packetTag(key, bytes, offset, signedLength));
}
