import type { IncomingMessage, Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/**
 * The usual sender opens a connection per message and never closes it. So each answer closes its
 * connection unless the request itself asks to keep it.
 */
export function closeConnectionsUnlessAsked(app: NestFastifyApplication): void {
  // At the server, not in a hook: an address that cannot be decoded is answered before any hook.
  const server: Server = app.getHttpServer();
  server.prependListener('request', (request, response) => {
    if (!asksToKeep(request)) response.setHeader('connection', 'close');
  });

  // Fastify closes after every body that it cannot read. One that is just not JSON was read whole.
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onSend', ({ raw }, reply, _payload, done) => {
    if (reply.statusCode === 400 && asksToKeep(raw)) reply.header('connection', 'keep-alive');
    done();
  });
}

/** The header is a list of names in any case: `Keep-Alive, Upgrade`. */
const asksToKeep = ({ headers: { connection = '' } }: IncomingMessage): boolean =>
  KEEP_ALIVE.test(connection);

const KEEP_ALIVE = /(?:^|,)\s*keep-alive\s*(?:,|$)/i;
