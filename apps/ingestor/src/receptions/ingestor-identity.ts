import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { IngestorConfig } from '../ingestor.config.js';

/** Which ingestor this is, among several on one database. */
export class IngestorIdentity {
  /** Of this process alone: who holds a reception is told by it. */
  readonly process = randomUUID();

  /** @param name survives a restart: a new process of the name goes on with what the old one held */
  constructor(readonly name: string) {}

  /** Nobody else on a host can have its UDP address, so the two together are a name. */
  static of({
    INGESTOR_ID,
    INGESTOR_UDP_HOST,
    INGESTOR_UDP_PORT,
  }: IngestorConfig): IngestorIdentity {
    const place =
      INGESTOR_UDP_PORT === 0 ? randomUUID() : `${INGESTOR_UDP_HOST}:${INGESTOR_UDP_PORT}`;
    return new IngestorIdentity(INGESTOR_ID ?? `${hostname()} ${place}`);
  }
}
