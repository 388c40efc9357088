import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { BadRequestException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { pathOf, problemOf } from './problem.js';
import { PROBLEM_MEDIA_TYPE } from './problem.filter.js';

/** What Node's parser tells of a request that it cannot read. */
interface ParserFault {
  readonly code?: string;
  /** The bytes being read; they begin with the request when that came in one piece. */
  readonly rawPacket?: unknown;
}

const PARSER_FAULT_STATUS: ReadonlyMap<string | undefined, number> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['HPE_HEADER_OVERFLOW', 431],
]);

/** Answers what is no HTTP and so becomes no request. Nothing more can be read after it. */
export function answerParserFault({ code, rawPacket }: ParserFault, socket: Socket): void {
  if (code === 'ECONNRESET' || !canAnswer(socket)) return void socket.destroy();

  const answer = problemOf({ statusCode: PARSER_FAULT_STATUS.get(code) ?? 400 }, pathIn(rawPacket));
  const body = JSON.stringify(answer);
  const head = [
    `HTTP/1.1 ${answer.status} ${answer.title}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

/** An answer inside another one that has begun would be read as a part of that one. */
const canAnswer = (socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean =>
  socket.writable && socket._httpMessage?.headersSent !== true;

/** The path that a request begins with, as far as it is one; bytes that no URL has are escaped. */
function pathIn(packet: unknown): string {
  const text = Buffer.isBuffer(packet) ? packet.toString('latin1') : '';
  const [, url] = /^[!-~]+ (\/[^ \r\n]*)/.exec(text) ?? [];
  return pathOf(url).replace(
    /[^!-~]/g,
    (char) => `%${Buffer.from(char, 'latin1').toString('hex')}`,
  );
}

/** An address that cannot be decoded meets neither a hook nor Nest's filter. */
export function answerMalformedUrl(
  fault: unknown,
  request: { readonly url: string },
  reply: FastifyReply,
): void {
  const answer = problemOf(fault, pathOf(request.url));
  void reply.status(answer.status).type(PROBLEM_MEDIA_TYPE).send(answer);
}

/** Node answers a foreign `Expect` and a missing `Host` itself, without a body; here we do. */
export function refuseMalformedHeaders(app: NestFastifyApplication): void {
  const server: Server = app.getHttpServer();
  server.on('checkExpectation', refuseExpectation);

  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    if (raw.headers.host !== undefined || raw.httpVersion !== '1.1') return done();
    void reply.header('connection', 'close');
    done(new BadRequestException('The header Host is missing.'));
  });
}

function refuseExpectation({ url }: IncomingMessage, response: ServerResponse): void {
  const answer = problemOf({ statusCode: 417 }, pathOf(url));
  const body = JSON.stringify(answer);
  response.writeHead(answer.status, {
    connection: 'close',
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
