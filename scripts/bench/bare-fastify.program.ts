import fastify from 'fastify';

/** What no monitor on Fastify can be faster than: it parses the body, and forgets it. */
const server = fastify();
server.post('/messages', (request, reply) => {
  // As the monitor does: the usual sender waits for the end of its connection.
  if (request.headers.connection !== 'keep-alive') void reply.header('connection', 'close');
  return reply.type('application/json; charset=utf-8').send('null');
});
const url = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${url}\n`);
