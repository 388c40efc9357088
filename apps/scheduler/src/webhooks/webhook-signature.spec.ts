import { describe, expect, it } from 'vitest';
import { newSecret, parseSecret, secretText, signatureHeaders } from './webhook-signature.js';

const SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

describe('the signature of a webhook', () => {
  it('is that of Standard Webhooks, as another program computes it', () => {
    const secret = parseSecret(SECRET)!;
    const text = { id: 'msg_1', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    expect(signatureHeaders(text, secret)).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,GWvjEzx3AphU7wha3hNZPXJnymF9Fg+ZdvPQqWPOjZ0=',
    });
  });

  it('needs a secret that is read as it was shown', () => {
    const secret = newSecret();
    expect(secret).toHaveLength(32);
    expect(parseSecret(secretText(secret))).toEqual(secret);
    expect(secretText(parseSecret(SECRET)!)).toBe(SECRET);
  });

  it.each([
    '',
    'whsec_',
    'secret',
    SECRET.slice(6),
    `${SECRET}=`,
    secretText(new Uint8Array(23)),
    secretText(new Uint8Array(65)),
    SECRET.replace('A', '-'),
  ])('takes no %j for a secret', (text) => {
    expect(parseSecret(text)).toBeNull();
  });
});
