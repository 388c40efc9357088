import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '#common/domain';
import { StreamTargets } from './stream-targets.js';

const PORT = 41_001;
const ANYWHERE = '0.0.0.0/0,::/0';

function refusalOf(networks: string, host: string): DomainError | null {
  try {
    new StreamTargets(networks).admit(host, PORT);
    return null;
  } catch (fault) {
    if (fault instanceof DomainError) return fault;
    throw fault;
  }
}

describe('the targets of a ship', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', 'ipv4'],
    ['127.255.0.7', '127.255.0.7', 'ipv4'],
    ['::1', '::1', 'ipv6'],
    ['0:0:0:0:0:0:0:1', '::1', 'ipv6'],
    ['::0.0.0.1', '::1', 'ipv6'],
  ])('admit %s as %s', (host, canonical, family) => {
    const targets = new StreamTargets('127.0.0.0/8,::1/128');

    expect(targets.admit(host, PORT)).toEqual({ host: canonical, port: PORT, family });
  });

  it.each([
    '192.0.2.1',
    '128.0.0.1',
    '126.255.255.255',
    '::2',
    'fe80::1',
    '2001:db8::1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
  ])('refuse %s outside their networks', (host) => {
    const refusal = refusalOf('127.0.0.0/8,::1/128', host);

    expect(refusal).toMatchObject({ code: 'STREAM_TARGET_REFUSED', field: 'host' });
    expect(refusal?.message).toContain('inside the networks');
  });

  it.each([
    ['localhost', 'must be an IPv4 address'],
    ['example.com', 'must be an IPv4 address'],
    ['', 'must be an IPv4 address'],
    ['127.1', 'must be an IPv4 address'],
    ['2130706433', 'must be an IPv4 address'],
    ['0x7f000001', 'must be an IPv4 address'],
    ['0177.0.0.1', 'must be an IPv4 address'],
    ['127.0.0.01', 'must be an IPv4 address'],
    ['127.0.0.1 ', 'must be an IPv4 address'],
    ['127.0.0.1:80', 'must be an IPv4 address'],
    ['[::1]', 'must be an IPv4 address'],
    ['::1%lo', 'must be an IPv4 address'],
    ['fe80::1%1', 'must be an IPv4 address'],
    ['１27.0.0.1', 'must be an IPv4 address'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['::ffff:127.0.0.1', 'IPv6 form'],
    ['::FFFF:7f00:1', 'IPv6 form'],
    ['0:0:0:0:0:ffff:7f00:0001', 'IPv6 form'],
  ])('refuse %j even when every network is allowed', (host, why) => {
    expect(refusalOf(ANYWHERE, host)?.message).toContain(why);
  });

  it.each(['127.255.255.255', '127.0.0.0', '10.1.255.255', '10.1.0.0'])(
    'refuse the broadcast address %s of a network of theirs',
    (host) => {
      expect(refusalOf('127.0.0.0/8,10.1.2.3/16', host)?.message).toContain('broadcast');
    },
  );

  it('admit a network of a single address', () => {
    expect(refusalOf('10.1.2.3/32', '10.1.2.3')).toBeNull();
    expect(refusalOf('10.1.2.3/32', '10.1.2.4')).not.toBeNull();
  });

  it('keep the families apart', () => {
    expect(refusalOf('::/0', '10.0.0.1')).not.toBeNull();
    expect(refusalOf('0.0.0.0/0', 'fd00::1')).not.toBeNull();
  });

  it('admit none when no network is named', () => {
    expect(refusalOf('', '127.0.0.1')).not.toBeNull();
  });

  it('refuse by default every address but the loopback ones', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (host) => {
        const isLoopback = host.startsWith('127.') || refusalOf('::1/128', host) === null;
        fc.pre(!isLoopback);
        expect(refusalOf('127.0.0.0/8,::1/128', host)).not.toBeNull();
      }),
    );
  });

  it('are not made of a list that is none', () => {
    expect(() => new StreamTargets('anywhere')).toThrow(RangeError);
  });
});
