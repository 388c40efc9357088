import type { EntityManager } from 'typeorm';
import { plannedEnd } from '#common/domain';
import {
  type AntennaUse,
  type BookingTerms,
  type Conflict,
  conflictBetween,
  mayDisplace,
} from '../antennas/antenna-conflict.js';
import { antennaTaken } from '../antennas/antenna-taken.dto.js';
import { overlapsWithin } from '../antennas/time-window.js';
import type { Cause, ContactChange, NewContact } from '../contacts/contact-store.port.js';
import { type AntennaIds, lockAntennas } from './antenna-locks.js';
import { freeWindowsFor, type WantedWindow, windowsInTheWay } from './antenna-windows.js';
import { displace } from './displacement.js';

/** One booking pushes so many aside at most. */
const DISPLACED_MAX = 1_000;

type Wanted = Pick<
  NewContact,
  'shipName' | 'antenna' | 'priority' | 'startTime' | 'durationSeconds'
> & { readonly id: string };

/**
 * The antennas of these contacts are theirs to the end of the transaction, and free of others at the
 * time; contacts without an antenna need none.
 * @throws {DomainError} ANTENNA_TAKEN, ANTENNAS_FULL
 */
export async function takeAntennas(
  manager: EntityManager,
  contacts: readonly Wanted[],
  terms: BookingTerms,
  cause: Cause,
): Promise<void> {
  const uses = contacts.flatMap(usesOf);
  if (uses.length === 0) return;
  const antennaIds = await lockAntennas(
    manager,
    uses.map(({ antenna }) => antenna),
  );
  const wanted = uses.map((use) => wantedOf(use, antennaIds));
  const inTheWay = (): Promise<Conflict[]> => windowsInTheWay(manager, wanted, DISPLACED_MAX + 1);
  const within = conflictsWithin(uses);
  let stored = await inTheWay();
  if (within.length === 0 && terms.displace && canAllBeDisplaced(contacts, stored)) {
    await displaceAll(manager, contacts, stored, cause);
    // One of them may have begun meanwhile.
    stored = await inTheWay();
  }
  const conflicts = [...within, ...stored].toSorted((one, other) => one.index - other.index);
  if (conflicts.length > 0) throw await refusal(manager, uses, antennaIds, conflicts);
}

/** Before the contact itself is locked, see `lockAntennas`: where it is, and where it shall go. */
export async function lockAntennasOf(
  manager: EntityManager,
  contactId: string,
  { antenna }: ContactChange,
): Promise<void> {
  const rows = (await manager.query('SELECT antenna FROM contacts WHERE id = $1', [contactId])) as {
    antenna: string | null;
  }[];
  const names = [...rows.map((row) => row.antenna), antenna].filter(
    (name) => typeof name === 'string',
  );
  if (rows.length > 0 && names.length > 0) await lockAntennas(manager, names);
}

/** Only these move a contact on an antenna. */
export const doesMove = ({ startTime, durationSeconds, antenna }: ContactChange): boolean =>
  startTime !== undefined || durationSeconds !== undefined || antenna !== undefined;

function usesOf(contact: Wanted, index: number): AntennaUse[] {
  const { id: contactId, shipName, antenna, priority, startTime: start } = contact;
  if (antenna === null) return [];
  return [{ index, contactId, shipName, antenna, priority, start, end: plannedEnd(contact) }];
}

const wantedOf = (use: AntennaUse, antennaIds: AntennaIds): WantedWindow => ({
  index: use.index,
  id: use.contactId,
  antennaId: antennaIds.get(use.antenna)!,
  start: use.start,
  end: use.end,
});

function conflictsWithin(uses: readonly AntennaUse[]): Conflict[] {
  const names = new Set(uses.map(({ antenna }) => antenna));
  const lists = new Map<string, AntennaUse[]>([...names].map((name) => [name, []]));
  for (const use of uses) lists.get(use.antenna)!.push(use);
  return [...lists.values()].flatMap((list) =>
    overlapsWithin(list).map(([later, earlier]) => conflictBetween(list[later]!, list[earlier]!)),
  );
}

const canAllBeDisplaced = (contacts: readonly Wanted[], conflicts: readonly Conflict[]): boolean =>
  conflicts.length > 0 &&
  conflicts.length <= DISPLACED_MAX &&
  conflicts.every((one) => mayDisplace(contacts[one.index]!.priority, one));

function displaceAll(
  manager: EntityManager,
  contacts: readonly Wanted[],
  conflicts: readonly Conflict[],
  cause: Cause,
): Promise<unknown> {
  // A long one may be in the way of several: it is displaced once.
  const winners = new Map(conflicts.map(({ id, index }) => [id!, contacts[index]!]));
  const displaced = [...winners].map(([contactId, { id, priority }]) => ({
    contactId,
    displacedBy: id,
    reason: `Displaced by contact ${id} of priority ${priority}`,
  }));
  return displace(manager, displaced, cause);
}

/** Tells the way out of the first conflict: beside what is stored, and the rest of the list. */
async function refusal(
  manager: EntityManager,
  uses: readonly AntennaUse[],
  antennaIds: AntennaIds,
  conflicts: readonly Conflict[],
): Promise<Error> {
  const use = uses.find(({ index }) => index === conflicts[0]!.index)!;
  const others = uses.filter((one) => one.antenna === use.antenna && one.index !== use.index);
  const free = await freeWindowsFor(manager, wantedOf(use, antennaIds), others);
  return antennaTaken(use.antenna, conflicts, free);
}
