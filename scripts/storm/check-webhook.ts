import { type KnownChange, textOf } from './change-fact.js';
import type { Violation } from './facts.js';
import type { ContactHistory } from './read-histories.js';
import type { Refusal } from './refusals.js';
import type { TakenCall } from './webhook-receiver.js';
import type { SubscriptionFact } from './webhook-subscription.js';

export interface WebhookFact {
  readonly taken: readonly TakenCall[];
  readonly forged: readonly string[];
  /** Calls that were answered otherwise on purpose. */
  readonly refused: Readonly<Record<Refusal, number>>;
  readonly subscription: SubscriptionFact;
}

/** Each change behind the subscription's beginning is taken at least once, in order, and genuine. */
export function checkWebhook(
  { taken, forged, subscription }: WebhookFact,
  histories: readonly ContactHistory[],
): Violation[] {
  const known = histories.flatMap(changesOf).filter(({ number }) => number > subscription.from);
  return [
    ...checkMissing(known, taken, subscription),
    ...checkCalls(known, taken),
    ...checkOrder(taken),
    ...forged.map((detail) => ({ kind: 'webhook forged', detail })),
  ];
}

/** What is missing may have been given up; then the log says so. */
function checkMissing(
  known: readonly KnownChange[],
  taken: readonly TakenCall[],
  { position, state, givenUp }: SubscriptionFact,
): Violation[] {
  const had = new Set([...taken.map(({ number }) => number), ...givenUp]);
  return known
    .filter(({ number }) => !had.has(number))
    .map((change) => {
      const story = `${textOf(change)}; the subscription is ${state}, at ${position}`;
      return { kind: 'webhook missing', detail: story };
    });
}

/** What was told is what was, whichever try it was of. */
function checkCalls(known: readonly KnownChange[], taken: readonly TakenCall[]): Violation[] {
  const byNumber = new Map(known.map((change) => [change.number, change]));
  const callIds = new Map<number, string>();
  return taken.flatMap((call) => {
    const told = `${call.contactId} ${textOf(call)}`;
    const change = byNumber.get(call.number);
    const is = change ? `${change.contactId} ${textOf(change)}` : 'no change';
    const callId = callIds.get(call.number) ?? call.callId;
    callIds.set(call.number, callId);
    return [
      ...(told === is ? [] : [{ kind: 'webhook differs', detail: `told ${told}; is ${is}` }]),
      ...(callId === call.callId
        ? []
        : [{ kind: 'webhook differs', detail: `${told} as ${callId} and as ${call.callId}` }]),
    ];
  });
}

/** A change may come again at any time, but for the first time not after a later one. */
function checkOrder(taken: readonly TakenCall[]): Violation[] {
  const had = new Set<number>();
  let last = 0;
  return taken.flatMap(({ number }) => {
    const isOvertaken = number < last && !had.has(number);
    had.add(number);
    const before = last;
    last = Math.max(last, number);
    return isOvertaken
      ? [{ kind: 'webhook overtaken', detail: `${number} came after ${before}` }]
      : [];
  });
}

const changesOf = ({ contactId, changes }: ContactHistory): KnownChange[] =>
  (changes ?? []).flatMap(({ number, state, revision }) =>
    number === null ? [] : [{ contactId, number, state, revision }],
  );
