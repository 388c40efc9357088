import { createServer } from 'node:net';
import { LOOPBACK } from '#common/embedded';

/**
 * Below what systems give to outgoing connections: a client that tries again and again to reach a
 * killed server on such a port could be given that very port, and then talk to itself. Clear of the
 * standard ports of the three servers and of 35672 to 35682, which RabbitMQ's own tools take.
 */
const PORT_MIN = 16_000;
const PORT_MAX = 24_999;
const ATTEMPTS_MAX = 200;

/** Different ones, free at this moment. Random, so that two runs at once seldom ask for the same. */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; attempt < ATTEMPTS_MAX && found.size < count; attempt += 1) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN + 1));
    if (await isFree(port)) found.add(port);
  }
  if (found.size === count) return [...found];
  throw new Error(`No ${count} free ports between ${PORT_MIN} and ${PORT_MAX} of ${LOOPBACK}.`);
}

/** By listening on it for a moment. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => done(true)));
  });
}
