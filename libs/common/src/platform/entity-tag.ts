import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ValidationException } from './problem.js';

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

/** The versions that a change is meant for: any of these tags, as they stand in the header; or `any`. */
export type ExpectedVersions = ReadonlySet<string> | 'any';

/**
 * Reads `If-Match` (RFC 9110, 13.1.1). It compares strongly, so that a tag marked as weak fits nothing.
 * @throws {ValidationException} for what is no list of tags
 */
export function expectedVersions(header: string | undefined): ExpectedVersions {
  if (header === undefined || header.trim() === '*') return 'any';
  if (!TAG_LIST.test(header)) throw new ValidationException([MALFORMED]);
  return new Set(Array.from(header.matchAll(TAG), ([tag]) => tag));
}

/** Letters of a tag are all but quotes, spaces and control characters: so commas, too. */
const TAG = /(?:W\/)?"[!#-~\u0080-\u00ff]*"/g;
/** Empty places between commas are allowed in every list. */
const TAG_LIST = new RegExp(`^[\\s,]*${TAG.source}(?:\\s*,[\\s,]*${TAG.source})*[\\s,]*$`);

const MALFORMED = {
  field: 'if-match',
  message: 'if-match must be *, or tags in quotation marks with commas between them',
};
