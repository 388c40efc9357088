import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';
import { DomainError } from '#common/domain';
import { type Network, parseNetworks } from './network.js';
import { NetworkList } from './network-list.js';

/** An address that datagrams may go to. */
export interface StreamTarget {
  /** The one canonical way to write it. */
  readonly host: string;
  readonly port: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Never a target, whatever the operator allows: they name no one host, or hide another address. */
const REFUSED: readonly (readonly [network: string, why: string])[] = [
  ['0.0.0.0/8', 'an unspecified address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['240.0.0.0/4', 'a broadcast or reserved address'],
  ['::/128', 'an unspecified address'],
  ['ff00::/8', 'a multicast address'],
  ['::ffff:0:0/96', 'an IPv4 address in IPv6 form'],
];

/**
 * Where datagrams may be sent. Judged is the canonical address, so that no second way of writing one gets
 * around the list; names are refused, since what they mean can change after the judgement.
 */
export class StreamTargets {
  readonly #allowed: NetworkList;
  readonly #refused = REFUSED.map(([network, why]) => ({ list: new NetworkList(network), why }));
  readonly #broadcasts: BlockList;

  /** `networks` as `parseNetworks` reads them; a RangeError for text that is not so. */
  constructor(networks: string) {
    this.#allowed = new NetworkList(networks);
    this.#broadcasts = broadcastsOf(parseNetworks(networks) ?? []);
  }

  /** STREAM_TARGET_REFUSED, naming the field, for anything but an allowed address. */
  admit(host: string, port: number): StreamTarget {
    const family = isIPv4(host) ? 'ipv4' : 'ipv6';
    // A zone (`fe80::1%eth0`) passes as IPv6.
    if (family === 'ipv6' && (!isIPv6(host) || host.includes('%'))) {
      throw refusal('host must be an IPv4 address of four decimal numbers or an IPv6 address');
    }
    const { address } = new SocketAddress({ address: host, port, family });
    const why = this.#refused.find(({ list }) => list.has(address, family))?.why;
    if (why !== undefined) throw refusal(`host must not be ${why}`);
    if (family === 'ipv4' && this.#broadcasts.check(address)) {
      throw refusal('host must not be a broadcast address');
    }
    if (!this.#allowed.has(address, family)) {
      throw refusal('host must be inside the networks that may be sent to');
    }
    return { host: address, port, family };
  }
}

/** The first and the last address of each network that has room for them. */
function broadcastsOf(networks: readonly Network[]): BlockList {
  const broadcasts = new BlockList();
  for (const { address, prefix, family } of networks) {
    if (family !== 'ipv4' || prefix > 30) continue;
    const hosts = 2 ** (32 - prefix);
    const bits = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const first = bits - (bits % hosts);
    broadcasts.addAddress(dotted(first));
    broadcasts.addAddress(dotted(first + hosts - 1));
  }
  return broadcasts;
}

const dotted = (bits: number): string =>
  [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');

const refusal = (message: string): DomainError =>
  new DomainError('STREAM_TARGET_REFUSED', message, { field: 'host' });
