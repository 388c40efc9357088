import { type KnownChange, textOf } from './change-fact.js';
import type { Violation } from './facts.js';
import { groupBy } from './group-by.js';
import type { LiveFact } from './live-watcher.js';
import type { ContactHistory } from './read-histories.js';

/** Each listener has heard every change in the row of numbers, and nothing else. */
export function checkLive(
  listeners: readonly LiveFact[],
  histories: readonly ContactHistory[],
): Violation[] {
  return [
    ...checkHistories(histories),
    ...listeners.flatMap((listener) =>
      [
        ...checkRow(listener.heard),
        ...checkHeard(listener.heard, histories),
        ...listener.faults.map((detail) => ({ kind: 'live answered', detail })),
      ].map(({ kind, detail }) => ({ kind, detail: `${listener.name}: ${detail}` })),
    ),
  ];
}

/** What the listeners are held against: it has to be there, and to have its numbers. */
function checkHistories(histories: readonly ContactHistory[]): Violation[] {
  return histories.flatMap(({ contactId, changes }) => {
    if (changes === null) return [{ kind: 'history unread', detail: contactId }];
    const without = changes.filter(({ number }) => number === null);
    return without.map(({ state }) => ({
      kind: 'change without number',
      detail: `${contactId}: ${state}`,
    }));
  });
}

/** 1, 2, 3, …: what is not higher is a repetition, what is higher is higher by one. */
function checkRow(heard: readonly KnownChange[]): Violation[] {
  const violations: Violation[] = [];
  const known = new Map<number, string>();
  let last = 0;
  for (const change of heard) {
    const { number } = change;
    const said = `${change.contactId} ${textOf(change)}`;
    if (number > last + 1)
      violations.push({ kind: 'live gap', detail: `${number} came after ${last}` });
    const before = known.get(number);
    if (number <= last && before === undefined)
      violations.push({ kind: 'live out of order', detail: `${number} came after ${last}` });
    if (before !== undefined && before !== said)
      violations.push({ kind: 'live changed its story', detail: `${before}, then ${said}` });
    known.set(number, said);
    last = Math.max(last, number);
  }
  return violations;
}

/** For each contact the same changes, in the order of their numbers. */
function checkHeard(
  heard: readonly KnownChange[],
  histories: readonly ContactHistory[],
): Violation[] {
  const heardOf = groupBy(heard, ({ contactId }) => contactId);
  const stored = new Set(histories.map(({ contactId }) => contactId));
  const invented = [...heardOf.keys()].filter((id) => !stored.has(id));
  return [
    ...invented.map((id) => ({ kind: 'live of no contact', detail: id })),
    ...histories.flatMap(({ contactId, changes }) => {
      const told = wayOf(heardOf.get(contactId) ?? []);
      const is = (changes ?? []).map(textOf).join(', ');
      if (changes === null || told === is) return [];
      return [{ kind: 'live differs', detail: `${contactId}: heard ${told}; is ${is}` }];
    }),
  ];
}

function wayOf(heard: readonly KnownChange[]): string {
  const byNumber = new Map(heard.map((change) => [change.number, change]));
  const inOrder = [...byNumber.values()].toSorted((a, b) => a.number - b.number);
  return inOrder.map(textOf).join(', ');
}
