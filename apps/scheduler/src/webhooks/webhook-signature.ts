import { createHmac, randomBytes } from 'node:crypto';

/** As Standard Webhooks advises. */
const SECRET_BYTES = 32;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const SECRET_PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export const newSecret = (): Uint8Array => randomBytes(SECRET_BYTES);

export const secretText = (secret: Uint8Array): string =>
  SECRET_PREFIX + Buffer.from(secret).toString('base64');

/** Null for what is no secret: `whsec_` and 24 to 64 bytes in base64. */
export function parseSecret(text: string): Uint8Array | null {
  const encoded = text.startsWith(SECRET_PREFIX) ? text.slice(SECRET_PREFIX.length) : '';
  if (!BASE64.test(encoded) || encoded.length % 4 !== 0) return null;
  const secret = Buffer.from(encoded, 'base64');
  return secret.length >= SECRET_BYTES_MIN && secret.length <= SECRET_BYTES_MAX ? secret : null;
}

export interface SignedText {
  /** The same for each try, so that receivers know what they had. */
  readonly id: string;
  /** Of this try, in whole seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of Standard Webhooks 1.0: HMAC-SHA-256 over `<id>.<timestamp>.<body>`. */
export function signatureHeaders(
  { id, timestamp, body }: SignedText,
  secret: Uint8Array,
): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': `${timestamp}`,
    'webhook-signature': `v1,${signature.digest('base64')}`,
  };
}
