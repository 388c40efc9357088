import { isIPv4, isIPv6 } from 'node:net';

export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Reads `127.0.0.0/8,::1/128`; null when any of it is no network. Empty text is the empty list. */
export function parseNetworks(text: string): Network[] | null {
  if (text.trim() === '') return [];
  const networks: Network[] = [];
  for (const part of text.split(',')) {
    const network = parseNetwork(part.trim());
    if (network === null) return null;
    networks.push(network);
  }
  return networks;
}

function parseNetwork(text: string): Network | null {
  const match = /^([\da-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const [address = '', prefix] = [match?.[1], Number(match?.[2])];
  if (isIPv4(address)) return prefix <= 32 ? { address, prefix, family: 'ipv4' } : null;
  if (isIPv6(address)) return prefix <= 128 ? { address, prefix, family: 'ipv6' } : null;
  return null;
}
