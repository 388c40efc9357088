import { describe, expect, it } from 'vitest';
import { WebhookTargets } from './webhook-targets.js';

const anywhere = new WebhookTargets('0.0.0.0/0,::/0');
const open = new WebhookTargets('public');

describe('the targets of webhooks', () => {
  it.each(['127.0.0.1', '127.255.0.7', '::1'])('may be %s where loopback is named', (address) => {
    expect(new WebhookTargets('127.0.0.0/8,::1/128').allows(address)).toBe(true);
  });

  it.each(['10.0.0.1', '192.0.2.1', '::2', '::ffff:127.0.0.1', '64:ff9b::7f00:1', 'localhost', ''])(
    'may not be %s where loopback is named',
    (address) => {
      expect(new WebhookTargets('127.0.0.0/8,::1/128').allows(address)).toBe(false);
    },
  );

  it.each(['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1', '::ffff:8.8.8.8'])(
    'are never %s, whatever is named',
    (address) => {
      expect(anywhere.allows(address)).toBe(false);
    },
  );

  it.each(['2002:7f00:1::', '64:ff9b::a00:1', 'fe80::1%eth0'])('are never %s either', (address) => {
    expect(anywhere.allows(address)).toBe(false);
  });

  it.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'are public at %s',
    (address) => {
      expect(open.allows(address)).toBe(true);
    },
  );

  it.each([
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '2001:db8::1',
    '2001::1',
    '100::1',
  ])('are not public at %s', (address) => {
    expect(open.allows(address)).toBe(false);
  });

  it('may be the internet and networks of one’s own', () => {
    const both = new WebhookTargets('public, 10.1.0.0/16');
    expect(['8.8.8.8', '10.1.2.3', '10.2.0.1'].map((one) => both.allows(one))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('are none where none are named', () => {
    expect(new WebhookTargets('').allows('127.0.0.1')).toBe(false);
  });

  it.each(['loopback', '10.0.0.0/33', 'public;10.0.0.0/8'])('are not read from %j', (text) => {
    expect(() => new WebhookTargets(text)).toThrow(RangeError);
  });

  const loopback = new WebhookTargets('127.0.0.0/8,::1/128');

  it.each([
    ['http://127.0.0.1:8080/a?b=c', 'http://127.0.0.1:8080/a?b=c'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['https://[0:0:0:0:0:0:0:1]/', 'https://[::1]/'],
    ['https://example.org', 'https://example.org/'],
  ])('admit %s as %s', (url, canonical) => {
    expect(loopback.admit(url)).toBe(canonical);
  });

  it.each([
    'example.org',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'http://user:secret@127.0.0.1/',
    'http://127.0.0.1/#part',
    'http://10.0.0.1/',
    'http://0xA000001/',
    'http://[::ffff:127.0.0.1]/',
    'http://0/',
    `http://127.0.0.1/${'x'.repeat(2_048)}`,
  ])('refuse %s', (url) => {
    expect(() => loopback.admit(url)).toThrow(
      expect.objectContaining({ code: 'WEBHOOK_TARGET_REFUSED', field: 'url' }),
    );
  });
});
