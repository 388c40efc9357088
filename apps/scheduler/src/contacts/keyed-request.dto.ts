import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ValidationException } from '#common/platform';
import type { KeyedRequest } from './booking-keys.port.js';

/** A request with it can be sent again when its answer was lost: it books once. */
export const KEY_HEADER = 'idempotency-key';
const KEY_CHARS_MAX = 255;
const PRINTABLE = new RegExp(`^[ -~]{1,${KEY_CHARS_MAX}}$`);

/** The request with its key; null without one. @throws {ValidationException} */
export const Keyed = createParamDecorator(
  (_: unknown, context: ExecutionContext): KeyedRequest | null => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers[KEY_HEADER];
    if (key === undefined) return null;
    if (typeof key === 'string' && PRINTABLE.test(key))
      return { key, fingerprint: fingerprintOf(request) };
    const message = `${KEY_HEADER} must have 1 to ${KEY_CHARS_MAX} printable ASCII characters`;
    throw new ValidationException([{ field: KEY_HEADER, message }]);
  },
);

/** Of where it goes, what stands behind the `?`, and the body. */
function fingerprintOf({ routeOptions, query, body }: FastifyRequest): string {
  const asked = JSON.stringify([routeOptions.url, query, body]);
  return createHash('sha256').update(asked).digest('base64url');
}
