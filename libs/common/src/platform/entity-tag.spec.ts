import type { FastifyReply, FastifyRequest } from 'fastify';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isKnownVersion, tagOf } from './entity-tag.js';

describe('a version of an answer', () => {
  let app: ReturnType<typeof Fastify>;

  beforeEach(() => {
    app = Fastify();
    app.get('/', (request: FastifyRequest, reply: FastifyReply) =>
      reply.send(isKnownVersion(request, reply, 'v-1') ? undefined : { a: 1 }),
    );
  });

  afterEach(() => app.close());

  it.each([
    [undefined, 200],
    ['', 200],
    ['"v-2"', 200],
    ['v-1', 200],
    ['"v-1', 200],
    ['"v-1"', 304],
    ['W/"v-1"', 304],
    ['"v-2", W/"v-3" ,W/"v-1"', 304],
    ['*', 304],
  ])('that is asked for with If-None-Match %s gets %d', async (header, status) => {
    const headers = header === undefined ? {} : { 'if-none-match': header };
    const answer = await app.inject({ url: '/', headers });

    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject({ etag: '"v-1"', 'cache-control': 'no-cache' });
    expect(answer.body).toBe(status === 304 ? '' : '{"a":1}');
  });

  it('has a tag that tells bodies apart and is the same for the same', () => {
    expect(tagOf({ a: 1 })).toBe(tagOf({ a: 1 }));
    expect(tagOf({ a: 1 })).not.toBe(tagOf({ a: 2 }));
    expect(tagOf({ a: 1 })).toMatch(/^[\w-]+$/);
  });
});
