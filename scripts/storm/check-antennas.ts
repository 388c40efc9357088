import type { ContactFact, Facts, Violation } from './facts.js';
import { groupBy } from './group-by.js';

/** While a contact is open, nobody else has its antenna. */
export function checkAntennas({ contacts }: Pick<Facts, 'contacts'>): Violation[] {
  const held = contacts.filter(wasHeld);
  return [...groupBy(held, ({ antenna }) => antenna ?? '')].flatMap(([antenna, sharing]) =>
    antenna === '' ? [] : overlapsOf(sharing),
  );
}

/** One that was called off has held its antenna until then, for nothing that can be seen. */
const wasHeld = ({ state }: ContactFact): boolean => state !== 'cancelled' && state !== 'missed';

function overlapsOf(contacts: readonly ContactFact[]): Violation[] {
  const inOrder = contacts.toSorted((a, b) => a.startTime - b.startTime);
  return inOrder.slice(1).flatMap((later, nr) => {
    const earlier = inOrder[nr]!;
    const endedAt = Math.min(earlier.plannedEnd, earlier.endedAt ?? Infinity);
    if (later.startTime >= endedAt) return [];
    const detail = `${earlier.shipName} and ${later.shipName} on ${later.antenna}`;
    return [{ kind: 'antenna shared', detail }];
  });
}
