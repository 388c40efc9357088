import { hash } from 'node:crypto';

/** Two bits of the digit are the variant, 10. */
const VARIANT_DIGITS = '89ab';

/**
 * The id of the message that tells of a start: the same for each who sends it.
 * Format: UUID version 5 (RFC 9562, 5.5); the name space is the contact, the name its fence.
 */
export function startMessageId({
  id,
  fence,
}: {
  readonly id: string;
  readonly fence: number;
}): string {
  const name = Buffer.from(
    id.replaceAll('-', '') + Buffer.from(String(fence)).toString('hex'),
    'hex',
  );
  const hex = hash('sha1', name);
  const variant = VARIANT_DIGITS[Number.parseInt(hex[16]!, 16) & 0b11];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
