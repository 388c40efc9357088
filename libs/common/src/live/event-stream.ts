import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LiveOutput } from './live-connection.js';

/** Of an answer that is a stream of server-sent events. */
export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx would hold back events until it has a buffer full.
  'x-accel-buffering': 'no',
} as const;

/** From here on Fastify leaves the answer alone. */
export function beginEventStream(
  { raw: { socket } }: FastifyRequest,
  reply: FastifyReply,
): LiveOutput {
  reply.hijack();
  reply.raw.writeHead(200, EVENT_STREAM_HEADERS);
  return { events: reply.raw, connection: socket };
}

/** Of the last event that a client had; the header, which browsers set by themselves, wins. */
export const lastEventIdOf = ({ headers }: FastifyRequest, inQuery: string | undefined): string =>
  headers['last-event-id']?.toString() || inQuery || '';
