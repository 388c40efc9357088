import { isIP, isIPv4 } from 'node:net';
import { ValidateBy } from 'class-validator';
import { NetworkList, parseNetworks } from '#common/datagrams';
import { DomainError } from '#common/domain';

/** The setting's word for every host of the internet, and none of the networks behind a router. */
const PUBLIC = 'public';
const URL_CHARS_MAX = 2_048;

/** Never a target, whatever the operator allows: they name no one host, or hide another address. */
const NEVER =
  '0.0.0.0/8,224.0.0.0/4,240.0.0.0/4,::/128,ff00::/8,::ffff:0:0/96,64:ff9b::/96,64:ff9b:1::/48,2002::/16';

/** Of the registries of special addresses (RFC 6890): private, shared, local, documentation, relays. */
const SPECIAL =
  '10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,192.0.2.0/24,' +
  '192.88.99.0/24,192.168.0.0/16,198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,' +
  '2001::/23,2001:db8::/32,3fff::/20';
/** All of IPv4, and what is given out of IPv6. */
const GLOBAL = '0.0.0.0/0,2000::/3';

type Family = 'ipv4' | 'ipv6';

/** Which receivers may be called. Judged are addresses, when they are called: what a name means can change. */
export class WebhookTargets {
  readonly #allowed: NetworkList;
  readonly #hasPublic: boolean;
  readonly #never = new NetworkList(NEVER);
  readonly #special = new NetworkList(SPECIAL);
  readonly #global = new NetworkList(GLOBAL);

  /** `setting` as `readTargets` reads it; a RangeError for text that is not so. */
  constructor(setting: string) {
    const targets = readTargets(setting);
    if (targets === null) throw new RangeError(`Not a list of targets: ${setting}`);
    this.#allowed = new NetworkList(targets.networks);
    this.#hasPublic = targets.hasPublic;
  }

  allows(address: string): boolean {
    // A zone (`fe80::1%eth0`) passes as IPv6.
    if (isIP(address) === 0 || address.includes('%')) return false;
    const family: Family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (this.#never.has(address, family)) return false;
    return (
      this.#allowed.has(address, family) || (this.#hasPublic && this.#isPublic(address, family))
    );
  }

  /**
   * An address that may be called, as far as that can be said before; the one way to write it.
   * @throws {DomainError} WEBHOOK_TARGET_REFUSED
   */
  admit(url: string): string {
    if (url.length > URL_CHARS_MAX || !URL.canParse(url)) throw refusal('url must be an address');
    const { protocol, username, password, hash, href } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:')
      throw refusal('url must begin with http:// or https://');
    if (username !== '' || password !== '' || hash !== '')
      throw refusal('url must have no user, password or fragment');
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.allows(host))
      throw refusal('url must lead into the networks that may be called');
    return href;
  }

  #isPublic(address: string, family: Family): boolean {
    return this.#global.has(address, family) && !this.#special.has(address, family);
  }
}

/** As a resolver takes it: a URL writes IPv6 in brackets. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** For the setting: networks, and `public`, with commas between them. */
export const IsWebhookTargets = (): PropertyDecorator =>
  ValidateBy({
    name: 'isWebhookTargets',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && readTargets(value) !== null,
      defaultMessage: (args) =>
        `${args?.property} must be networks with commas between them, such as 127.0.0.0/8,::1/128, or ${PUBLIC}`,
    },
  });

function readTargets(setting: string): { networks: string; hasPublic: boolean } | null {
  const parts = setting.split(',').map((part) => part.trim());
  const networks = parts.filter((part) => part !== PUBLIC).join(',');
  return parseNetworks(networks) && { networks, hasPublic: parts.includes(PUBLIC) };
}

const refusal = (message: string): DomainError =>
  new DomainError('WEBHOOK_TARGET_REFUSED', message, { field: 'url' });
