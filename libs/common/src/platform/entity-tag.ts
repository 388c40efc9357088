import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A tag for a body that is at hand. */
export const tagOf = (body: object): string =>
  createHash('sha256').update(JSON.stringify(body)).digest('base64url');

/**
 * Names the answer's version (RFC 9110), which clients may keep but have to ask for anew. True when the
 * client has this very version: then the answer is 304, without a body.
 * @param tag differs whenever the bytes of the body do; letters, digits, `-` and `_`
 */
export function isKnownVersion(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  void reply.header('etag', `"${tag}"`).header('cache-control', 'no-cache');
  if (!names(request.headers['if-none-match'] ?? '', tag)) return false;
  void reply.status(304);
  return true;
}

/** The header is a list of tags, some of them marked as weak, or `*` for any. */
const names = (header: string, tag: string): boolean =>
  header
    .split(',')
    .map((known) => known.trim().replace(/^W\//, ''))
    .some((known) => known === '*' || known === `"${tag}"`);
