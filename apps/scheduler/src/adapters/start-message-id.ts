import { createHash } from 'node:crypto';

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
  const hash = createHash('sha1')
    .update(Buffer.from(id.replaceAll('-', ''), 'hex'))
    .update(String(fence))
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
