import { describe, expect, it } from 'vitest';
import { checkWebhook, type WebhookFact } from './check-webhook.js';
import { changes, historiesOf } from './testing/known-changes.js';
import type { TakenCall } from './webhook-receiver.js';

const HISTORIES = historiesOf(changes());
const CALLS = changes().map((change) => ({ ...change, callId: `hook-${change.number}` }));
const SUBSCRIPTION = { from: 0, position: 6, state: 'active', givenUp: [] };
const CALM = { forged: [], refused: { fault: 0, silence: 0 }, subscription: SUBSCRIPTION };

const judged = (taken: readonly TakenCall[], more: Partial<WebhookFact> = {}): string[] =>
  checkWebhook({ ...CALM, taken, ...more }, HISTORIES).map(({ kind }) => kind);

describe('the judge of webhooks', () => {
  it('accepts every change once, or again', () => {
    expect(judged(CALLS)).toEqual([]);
    expect(judged([...CALLS.slice(0, 3), CALLS[2]!, CALLS[0]!, ...CALLS.slice(3)])).toEqual([]);
  });

  it('finds what was not delivered', () => {
    expect(judged(CALLS.slice(1))).toEqual(['webhook missing']);
    expect(judged([])).toHaveLength(HISTORIES.flatMap((history) => history.changes ?? []).length);
  });

  it('accepts what the log gave up, and what was before the subscription', () => {
    const subscription = { ...SUBSCRIPTION, from: 1, givenUp: [2] };
    expect(judged(CALLS.slice(2), { subscription })).toEqual([]);
    expect(judged(CALLS.slice(3), { subscription })).toEqual(['webhook missing']);
  });

  it('finds a change that was told otherwise, or never was', () => {
    const [first, ...others] = CALLS;
    expect(judged([{ ...first!, state: 'missed' }, ...others])).toEqual(['webhook differs']);
    expect(judged([{ ...first!, contactId: 'nobody' }, ...others])).toEqual(['webhook differs']);
    expect(judged([...CALLS, { ...first!, number: 9 }])).toEqual(['webhook differs']);
  });

  it('finds a try that goes by another id', () => {
    expect(judged([...CALLS, { ...CALLS[5]!, callId: 'hook-7' }])).toEqual(['webhook differs']);
  });

  it('finds a change that overtook another', () => {
    const [first, second, ...others] = CALLS;
    expect(judged([second!, first!, ...others])).toEqual(['webhook overtaken']);
  });

  it('finds calls that are not genuine', () => {
    expect(judged(CALLS, { forged: ['{}'] })).toEqual(['webhook forged']);
  });
});
