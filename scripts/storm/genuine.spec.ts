import { describe, expect, it } from 'vitest';
import {
  parseSecret,
  signatureHeaders,
} from '../../apps/scheduler/src/webhooks/webhook-signature.js';
import { isGenuine } from './genuine.js';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const NOW = 1_900_000_000;
const BODY = '{"type":"contact.active"}';
const HEADERS = signatureHeaders({ id: 'a-1', timestamp: NOW, body: BODY }, parseSecret(SECRET)!);

describe('a genuine call', () => {
  it('is what the scheduler signs', () => {
    expect(isGenuine(HEADERS, BODY, SECRET, NOW)).toBe(true);
    const rotated = { ...HEADERS, 'webhook-signature': `v1,old ${HEADERS['webhook-signature']}` };
    expect(isGenuine(rotated, BODY, SECRET, NOW)).toBe(true);
  });

  it.each([
    ['another body', HEADERS, `${BODY} `, NOW],
    ['another id', { ...HEADERS, 'webhook-id': 'a-2' }, BODY, NOW],
    ['another time', { ...HEADERS, 'webhook-timestamp': `${NOW + 1}` }, BODY, NOW],
    ['no signature', { ...HEADERS, 'webhook-signature': undefined }, BODY, NOW],
    ['no headers', {}, BODY, NOW],
    ['an old call', HEADERS, BODY, NOW + 300],
  ])('is not one with %s', (_, headers, body, now) => {
    expect(isGenuine(headers, body, SECRET, now)).toBe(false);
  });

  it('is signed under this secret, and no other', () => {
    const other = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
    expect(isGenuine(HEADERS, BODY, other, NOW)).toBe(false);
  });
});
