import { networkInterfaces } from 'node:os';
import { type StreamTarget, StreamTargets } from '#common/datagrams';
import { DomainError } from '#common/domain';

/**
 * Where replays may be sent: never to a port of this ingestor, where old packets of a ship would be taken
 * for what it sends now.
 */
export class ReplayTargets extends StreamTargets {
  /** @param ownPorts those that are open now */
  constructor(
    networks: string,
    private readonly ownPorts: () => readonly number[],
  ) {
    super(networks);
  }

  override admit(host: string, port: number): StreamTarget {
    const target = super.admit(host, port);
    if (!this.ownPorts().includes(port) || !isOurs(target.host)) return target;
    const message = 'port must not be one that this ingestor receives telemetry at';
    throw new DomainError('STREAM_TARGET_REFUSED', message, { field: 'port' });
  }
}

const isOurs = (host: string): boolean =>
  host.startsWith('127.') ||
  host === '::1' ||
  Object.values(networkInterfaces()).some((own) => own?.some(({ address }) => address === host));
