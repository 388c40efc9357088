import { type ContactFact, type Facts, type Violation } from './facts.js';
import { groupBy } from './group-by.js';
import type { HistoryEntry } from './history.js';
import { streamsByContact } from './stream-owners.js';

const END_STATES = ['completed', 'failed', 'missed', 'cancelled', 'stopped'];
const isEnd = (state: string): boolean => END_STATES.includes(state);
const MICROS_PER_MS = 1_000;

/** What the clients were promised: their contacts are there, as they were confirmed. */
export function checkPromises({ history, contacts }: Facts): Violation[] {
  const byId = new Map(contacts.map((contact) => [contact.id, contact]));
  // A series has many of one ship, which have a judge of their own.
  const single = contacts.filter(({ seriesAt }) => seriesAt === null);
  const byShip = groupBy(single, ({ shipName }) => shipName);
  const lost = confirmed(history, 'book')
    .filter(({ contactId }) => !byId.has(contactId ?? ''))
    .map(({ shipName, contactId }) => violation('lost', `${shipName}, id ${contactId}`));
  const doubled = [...byShip.entries()]
    .filter(([, same]) => same.length > 1)
    .map(([ship, same]) => violation('booked twice', `${ship}: ${same.length} contacts`));
  const asked = new Set(history.map(({ shipName }) => shipName));
  const unasked = single
    .filter(({ shipName }) => !asked.has(shipName))
    .map(({ shipName }) => violation('unasked contact', shipName));
  return [...lost, ...doubled, ...unasked, ...checkTimes(history, byId), ...checkRefusals(history)];
}

/** A start time is the one of the booking, or of the last move that was not refused for sure. */
function checkTimes(
  history: readonly HistoryEntry[],
  contacts: ReadonlyMap<string, ContactFact>,
): Violation[] {
  const moves = groupBy(
    history.filter(({ operation, phase }) => operation === 'move' && phase !== 'invoke'),
    ({ contactId }) => contactId ?? '',
  );
  return confirmed(history, 'book').flatMap(({ contactId, startTime, shipName }) => {
    const contact = contacts.get(contactId ?? '');
    if (!contact) return [];
    const tried = moves.get(contact.id) ?? [];
    const moved = tried.find(({ phase }) => phase === 'ok');
    const inDoubt = tried.filter(({ phase }) => phase === 'unknown');
    const allowed = moved ? [moved] : [{ startTime }, ...inDoubt];
    const is = contact.startTime / MICROS_PER_MS;
    if (allowed.some((one) => Date.parse(one.startTime ?? '') === is)) return [];
    const detail = `${shipName} starts at ${new Date(is).toISOString()}, not ${allowed[0]?.startTime}`;
    return [violation('confirmed time lost', detail)];
  });
}

/**
 * 409 for what has begun, 400 for what has passed, 503 for what is away; nothing that a client here
 * does earns another.
 */
function checkRefusals(history: readonly HistoryEntry[]): Violation[] {
  return history
    .filter(({ status, phase }) => status !== null && phase !== 'ok')
    .filter(({ status, operation }) => !isEarned(status, operation))
    .map(({ operation, shipName, status }) =>
      violation('refused', `${operation} of ${shipName}: ${status}`),
    );
}

const isEarned = (status: number | null, operation: HistoryEntry['operation']): boolean =>
  status === 503 || (operation !== 'see' && (status === 409 || status === 400));

/** Each contact's way: begun at most once, never early, ended once. */
export function checkCourses({ contacts, changes, receptions, history }: Facts): Violation[] {
  const waysOf = groupBy(changes, ({ contactId }) => contactId);
  const seen = groupBy(
    history.filter(({ phase, state }) => phase === 'ok' && isEnd(state ?? '')),
    ({ contactId }) => contactId ?? '',
  );
  const received = new Set(receptions.map(({ contactId }) => contactId));
  return contacts.flatMap((contact) => {
    const way = (waysOf.get(contact.id) ?? []).map(({ state }) => state);
    const shown = (seen.get(contact.id) ?? []).map(({ state }) => state ?? '');
    return [
      ...checkStart(contact, way),
      ...checkEnd(contact, way, shown),
      ...(contact.state === 'cancelled' && received.has(contact.id)
        ? [violation('cancelled but started', `${contact.shipName} has a reception`)]
        : []),
    ];
  });
}

function checkStart(contact: ContactFact, way: readonly string[]): Violation[] {
  const { shipName, startedAt, startTime, fence, state } = contact;
  const starts = way.filter((one) => one === 'starting').length;
  const faults: Violation[] = [];
  if (starts > 1 || fence > 1)
    faults.push(violation('started twice', `${shipName}: ${starts} starts, fence ${fence}`));
  if (starts !== fence)
    faults.push(violation('history differs', `${shipName}: ${starts} starts, fence ${fence}`));
  if (startedAt !== null && startedAt < startTime)
    faults.push(violation('early', `${shipName} started ${startTime - startedAt} µs early`));
  if (['cancelled', 'missed'].includes(state) && (starts > 0 || startedAt !== null))
    faults.push(violation(`${state} but started`, shipName));
  return faults;
}

function checkEnd(
  { shipName, state }: ContactFact,
  way: readonly string[],
  shown: readonly string[],
): Violation[] {
  if (!isEnd(state)) return [violation('limbo', `${shipName} is ${state}`)];
  const ends = way.filter(isEnd);
  const told = [...ends, ...shown].filter((one) => one !== state);
  if (ends.length === 1 && told.length === 0 && way.at(-1) === state) return [];
  const detail = `${shipName}: ${way.join(', ')}; shown ${shown.join(', ')}; is ${state}`;
  return [violation('end state changed', detail)];
}

/** What is left over besides contacts: open receptions, messages, dead letters. */
export function checkLeftOver({ leftOver }: Facts): Violation[] {
  return [
    // Its contact is told of by its course, when it has not ended since.
    ...leftOver.rows.map((row) => violation('limbo', row)),
    ...leftOver.queues.map((queue) => violation('limbo', `queue ${queue}`)),
    ...leftOver.deadLetters.map((letter) => violation('dead letter', letter)),
  ];
}

/**
 * A ship is asked once per contact, and once more for each answer that was lost, and for each time
 * that an ingestor was struck meanwhile: what it had agreed may not have been stored.
 */
export function checkStreams(facts: Facts): Violation[] {
  const leftBehind = groupBy(facts.leftBehind, (id) => id);
  return streamsByContact(facts).flatMap(({ shipName: ship, contact, streams }) => {
    if (!contact) return [violation('stream without contact', ship)];
    const early = streams.filter(
      ({ startedAtMs }) => startedAtMs < contact.startTime / MICROS_PER_MS,
    );
    const lostAnswers = leftBehind.get(contact.id)?.length ?? 0;
    const allowed = 1 + lostAnswers + interruptionsOf(facts, contact);
    return [
      ...early.map(() => violation('early', `the stream of ${ship}`)),
      ...(contact.state === 'cancelled' ? [violation('cancelled but started', ship)] : []),
      ...(streams.length > allowed
        ? [violation('asked again', `${ship}: ${streams.length} streams, ${allowed} explained`)]
        : []),
    ];
  });
}

/** Times that a strike at an ingestor fell into a contact. */
export function interruptionsOf({ outages }: Pick<Facts, 'outages'>, of: ContactFact): number {
  const from = (of.startedAt ?? of.startTime) / MICROS_PER_MS;
  const to = (of.endedAt ?? of.plannedEnd) / MICROS_PER_MS;
  return outages.filter(
    ({ kind, fromMs, toMs }) => kind === 'ingestor' && fromMs <= to && toMs >= from,
  ).length;
}

const confirmed = (
  history: readonly HistoryEntry[],
  operation: HistoryEntry['operation'],
): HistoryEntry[] =>
  history.filter((entry) => entry.operation === operation && entry.phase === 'ok');

const violation = (kind: string, detail: string): Violation => ({ kind, detail });
