import { BlockList } from 'node:net';
import { parseNetworks } from './network.js';

/** One list per family: Node's `BlockList` lets an IPv4 address match an IPv6 network. */
export class NetworkList {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** `text` as `parseNetworks` reads it; a RangeError for any other. */
  constructor(text: string) {
    const networks = parseNetworks(text);
    if (networks === null) throw new RangeError(`Not a list of networks: ${text}`);
    for (const { address, prefix, family } of networks) {
      this.#lists[family].addSubnet(address, prefix, family);
    }
  }

  has(address: string, family: 'ipv4' | 'ipv6'): boolean {
    return this.#lists[family].check(address, family);
  }
}
