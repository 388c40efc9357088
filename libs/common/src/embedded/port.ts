import { createServer, type AddressInfo } from 'node:net';
import { codeOf } from './system-fault.js';

export const LOOPBACK = '127.0.0.1';

/** Says so before a cluster is touched; the server itself would only notice at its start. */
export async function assertPortFree(port: number): Promise<void> {
  try {
    await listenOnce(port);
  } catch (fault) {
    if (codeOf(fault) === 'EADDRINUSE') throw portTaken(port);
    throw new Error(`PostgreSQL cannot listen on port ${port} of ${LOOPBACK}.`, { cause: fault });
  }
}

/** Free now; somebody else may be faster, so callers try again with another one. */
export function findFreePort(): Promise<number> {
  return listenOnce(0);
}

export function portTaken(port: number): Error {
  const reason = `Port ${port} of ${LOOPBACK} is taken by another program.`;
  return new Error(`${reason} Stop it, or set EMBEDDED_POSTGRES_PORT to a free port.`);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const { port: found } = probe.address() as AddressInfo;
      probe.close(() => done(found));
    });
  });
}
