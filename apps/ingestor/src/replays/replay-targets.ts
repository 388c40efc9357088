import { networkInterfaces } from 'node:os';
import { type StreamTarget, StreamTargets } from '#common/datagrams';
import { DomainError } from '#common/domain';
import type { PortRange } from '../receptions/address-pool.js';

/** Where this ingestor receives telemetry. */
export interface OwnPorts {
  /** Those that are open now. */
  readonly open: () => readonly number[];
  /** Also while it is being opened again; null before it was open. */
  readonly shared: () => number | null;
  /** Contacts get theirs from here, perhaps while a replay runs. */
  readonly pool: PortRange;
}

/**
 * Where replays may be sent: never to a port of this ingestor, where old packets of a ship would be taken
 * for what it sends now. Of other ingestors nobody here knows the addresses.
 */
export class ReplayTargets extends StreamTargets {
  constructor(
    networks: string,
    private readonly own: OwnPorts,
  ) {
    super(networks);
  }

  /** For a receiver that asks for the packets: what another program has open, we cannot open meanwhile. */
  override admit(host: string, port: number): StreamTarget {
    const target = super.admit(host, port);
    const { open, shared } = this.own;
    if (isOurs(target.host) && (port === shared() || open().includes(port))) throw refusal();
    return target;
  }

  /** Where nobody may listen yet: a contact of ours could be the next to do so. */
  admitUnasked(host: string, port: number): StreamTarget {
    const target = this.admit(host, port);
    const { first, last } = this.own.pool;
    if (isOurs(target.host) && port >= first && port <= last) throw refusal();
    return target;
  }
}

const isOurs = (host: string): boolean =>
  host.startsWith('127.') ||
  host === '::1' ||
  Object.values(networkInterfaces()).some((own) => own?.some(({ address }) => address === host));

function refusal(): DomainError {
  const message = 'port must not be one that this ingestor receives telemetry at';
  return new DomainError('STREAM_TARGET_REFUSED', message, { field: 'port' });
}
