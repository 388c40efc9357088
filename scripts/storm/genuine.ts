import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const AGE_SECONDS_MAX = 300;
const PREFIX = 'whsec_';

/** As docs/scheduling/webhooks.md tells receivers to do it: shares no code with who signs. */
export function isGenuine(
  headers: IncomingHttpHeaders,
  body: string,
  secret: string,
  nowSeconds = Date.now() / 1_000,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  if (!(Math.abs(nowSeconds - Number(timestamp)) < AGE_SECONDS_MAX)) return false;
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signed = `${String(id)}.${String(timestamp)}.${body}`;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return String(headers['webhook-signature'])
    .split(' ')
    .some((one) => {
      const given = Buffer.from(one);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}
