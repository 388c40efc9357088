import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { BadRequestException, HttpException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyBodyParser, FastifyInstance } from 'fastify';
import type { RequestErrorCode } from './problem.js';

export const BODY_BYTES_MAX = 32 * 1024;
/** Recursive validators overflow the stack on `[[[[…`; no honest body is nested so deeply. */
export const BODY_DEPTH_MAX = 32;

export interface BodyOptions {
  readonly bytesMax: number;
  /** Some senders name no content type, or a wrong one: then every body is read as JSON. */
  readonly anyContentType: boolean;
  /** Routes that read their body as text themselves, with the bytes that each takes. */
  readonly textRoutes?: Readonly<Record<string, number>>;
}

/** Replaces Fastify's JSON reader by one that looks at the depth first. */
export function readJsonBodies(app: NestFastifyApplication, options: BodyOptions): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.removeAllContentTypeParsers();
  // Fastify refuses a name that is no media type before it looks for a reader.
  if (options.anyContentType)
    fastify.addHook('onRequest', ({ raw }, _reply, done) => {
      raw.headers['content-type'] = JSON_TYPE;
      done();
    });
  const bodyLimit = options.bytesMax;
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer', bodyLimit }, bodyParser(readBody));
  for (const [url, bytesMax] of Object.entries(options.textRoutes ?? {}))
    readTextBodies(fastify, url, bytesMax);
}

const JSON_TYPE = 'application/json';

/** A media type of the route's own, whatever the request calls it, leads to the reader with its limit. */
function readTextBodies(fastify: FastifyInstance, url: string, bodyLimit: number): void {
  const type = `text/x${url.replaceAll('/', '-')}`;
  fastify.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit }, bodyParser(readText));
  fastify.addHook('onRoute', (route) => {
    if (route.url !== url) return;
    route.onRequest = ({ raw }, _reply, done) => {
      namedTypes.set(raw, raw.headers['content-type'] ?? '');
      raw.headers['content-type'] = type;
      done();
    };
    route.errorHandler = (fault) => {
      throw fault.statusCode === 413 ? tooLarge(bodyLimit) : fault;
    };
  });
}

const namedTypes = new WeakMap<IncomingMessage, string>();

/** What the request called its body, on a route that reads every body as text; lower case, no parameters. */
export const namedTypeOf = (request: IncomingMessage): string =>
  (namedTypes.get(request) ?? '').split(';', 1)[0]!.trim().toLowerCase();

const tooLarge = (bytesMax: number): HttpException =>
  new HttpException(`The body has more than ${bytesMax} bytes, the most that is read here.`, 413, {
    errorCode: 'BODY_TOO_LARGE',
  });

/** By a callback: a promise per body would show. */
function bodyParser(read: (bytes: Buffer) => unknown): FastifyBodyParser<Buffer> {
  return (_request, bytes, done) => {
    let value: unknown;
    try {
      value = read(bytes);
    } catch (fault) {
      return done(fault as Error);
    }
    done(null, value);
  };
}

/** A body that cannot be read as JSON, with its text: whoever keeps refused bodies has no other. */
export class UnreadableBodyException extends BadRequestException {
  constructor(
    detail: string,
    errorCode: RequestErrorCode,
    readonly text: string,
  ) {
    super(detail, { errorCode });
  }
}

export const readBody = (bytes: Buffer): unknown => parseJson(readText(bytes));

/** @throws UnreadableBodyException */
function readText(bytes: Buffer): string {
  const text = bytes.toString();
  // Else every byte that cannot be read would become the same character, and be kept as such.
  if (!isUtf8(bytes))
    throw new UnreadableBodyException('The body is not UTF-8.', 'BODY_NOT_JSON', text);
  return text;
}

/**
 * The value of a JSON text; undefined for an empty one.
 * @throws UnreadableBodyException
 */
export function parseJson(text: string, depthMax = BODY_DEPTH_MAX): unknown {
  if (isDeeperThan(text, depthMax))
    throw new UnreadableBodyException(
      `The body is nested over ${BODY_DEPTH_MAX} levels.`,
      'BODY_TOO_DEEP',
      text,
    );
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableBodyException('The body is not JSON.', 'BODY_NOT_JSON', text);
  }
}

/** Counts brackets outside of strings, so it needs no stack of its own. */
export function isDeeperThan(text: string, depthMax: number): boolean {
  // Nearly every body: too few brackets for it, wherever they stand.
  if (!hasMoreBrackets(text, depthMax)) return false;
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (isInString) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) isInString = false;
    } else if (char === 0x22) isInString = true;
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return false;
}

/** Has the text more opening ones than this? Finding them is much faster than looking at each character. */
function hasMoreBrackets(text: string, countMax: number): boolean {
  let count = 0;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > countMax) return true;
    }
  return false;
}
