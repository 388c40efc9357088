import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  parseSecret,
  signatureHeaders,
} from '../../apps/scheduler/src/webhooks/webhook-signature.js';
import { WebhookReceiver } from './webhook-receiver.js';

const ANSWER_MS_MAX = 30_000;

let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await WebhookReceiver.open();
});

afterEach(() => receiver.close());

const bodyOf = (number: number, type = 'contact.active'): string =>
  JSON.stringify({
    type,
    data: { number, contact_id: 'contact', state: 'active', revision: 1, ship_name: 'Ship' },
  });

/** The status of the answer. */
async function callWith(body: string, signed = body): Promise<number> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const headers = signatureHeaders(
    { id: 'hook-1', timestamp, body: signed },
    parseSecret(receiver.secret)!,
  );
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  return (await fetch(receiver.url, { method: 'POST', headers, body, signal })).status;
}

describe('the receiver of webhooks', () => {
  it('refuses the first call, and takes it when it comes again', async () => {
    expect(await callWith(bodyOf(1))).toBe(500);
    expect(receiver.taken).toEqual([]);
    expect(await callWith(bodyOf(1))).toBe(204);
    expect(receiver.taken).toEqual([
      { number: 1, contactId: 'contact', state: 'active', revision: 1, callId: 'hook-1' },
    ]);
    expect(receiver.refusals.counts).toEqual({ fault: 1, silence: 0 });
  });

  it.each([
    ['is not signed', bodyOf(1), bodyOf(2)],
    ['is no change', '{"data":{}}', '{"data":{}}'],
    ['is no JSON', '{', '{'],
    ['says another state than its type', bodyOf(1, 'contact.missed'), bodyOf(1, 'contact.missed')],
  ])('takes nothing that %s', async (_, body, signed) => {
    receiver.refusals.end();

    expect(await callWith(body, signed)).toBe(400);
    expect(receiver.forged).toEqual([body]);
    expect(receiver.taken).toEqual([]);
  });
});
