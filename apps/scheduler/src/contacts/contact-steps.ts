import type { ContactReport } from '#common/contracts';
import {
  type Contact,
  DomainError,
  type FaultParty,
  type Instant,
  isOpen,
  MICROS_PER_MILLISECOND,
  plannedEnd,
} from '#common/domain';
import type { ContactChange, StoredContact } from './contact-store.port.js';

/**
 * The steps of a contact as functions: what it becomes, or null where the step changes nothing.
 * `now` is the clock of the rows. The statements of the PostgreSQL adapters say the same in SQL.
 */
type Step = StoredContact | null;

/** Never before the start time, never at or after the planned end. */
export const isDue = (contact: StoredContact, now: Instant): boolean =>
  contact.state === 'scheduled' && contact.startTime <= now && now < plannedEnd(contact);

export const hasPassed = (contact: StoredContact, now: Instant): boolean =>
  contact.state === 'scheduled' && plannedEnd(contact) <= now;

/** Its receiver has said nothing of its end for longer than it may. */
export const isUnreported = (contact: StoredContact, now: Instant, graceMs: number): boolean =>
  isUnderWay(contact) && plannedEnd(contact) <= now - graceMs * MICROS_PER_MILLISECOND;

export const started = (contact: StoredContact, now: Instant): Step =>
  isDue(contact, now)
    ? { ...contact, state: 'starting', fence: contact.fence + 1, startedAt: now }
    : null;

export const missed = (contact: StoredContact, now: Instant, reason: string): Step =>
  hasPassed(contact, now) ? { ...contact, state: 'missed', endedAt: now, endReason: reason } : null;

export const givenUp = (
  contact: StoredContact,
  now: Instant,
  { graceMs, reason }: { readonly graceMs: number; readonly reason: string },
): Step =>
  isUnreported(contact, now, graceMs)
    ? { ...contact, state: 'failed', fault: 'system', endedAt: now, endReason: reason }
    : null;

/** The ship agreed to stream. */
export const began = (contact: StoredContact, fence: number): Step =>
  contact.state === 'starting' && contact.fence === fence ? { ...contact, state: 'active' } : null;

/** How a receiver says that a contact ended. */
export interface ToldEnd {
  readonly fence: number;
  readonly endedAt: Instant;
  readonly state: 'completed' | 'failed';
  readonly fault: FaultParty | null;
  readonly reason: string | null;
  readonly report: ContactReport | null;
}

export const ended = (contact: StoredContact, end: ToldEnd): Step => {
  if (!isUnderWay(contact) || contact.fence !== end.fence) return null;
  const { state, endedAt, fault, reason } = end;
  const report = newerOf(contact.report, end.report);
  return { ...contact, state, endedAt, fault, endReason: reason, report };
};

/** It was stopped, or given up, before its receiver could tell: the account still belongs to it. */
export const accounted = (
  contact: StoredContact,
  { fence, report }: Pick<ToldEnd, 'fence' | 'report'>,
): Step => {
  const isOver = contact.state === 'stopped' || contact.state === 'failed';
  const isNew = contact.report === null && report !== null && contact.fence === fence;
  return isOver && isNew ? { ...contact, report } : null;
};

/** Its report became another one: the highest revision stands, also when it comes before the end. */
export const revised = (contact: StoredContact, fence: number, report: ContactReport): Step => {
  const hasReport = ['starting', 'active', 'completed', 'stopped', 'failed'].includes(
    contact.state,
  );
  const isNewer = revisionOf(contact.report) < revisionOf(report);
  return hasReport && isNewer && contact.fence === fence ? { ...contact, report } : null;
};

const revisionOf = (report: ContactReport | null): number => report?.revision ?? 0;

const newerOf = (known: ContactReport | null, told: ContactReport | null): ContactReport | null =>
  revisionOf(known) > revisionOf(told) ? known : told;

/** @throws {DomainError} CONTACT_NOT_CHANGEABLE once it has begun or ended */
export function changed(contact: StoredContact, change: ContactChange): StoredContact {
  if (contact.state !== 'scheduled') throw notChangeable(contact);
  return { ...contact, ...change, revision: contact.revision + 1 };
}

/**
 * Cancelled before its start, stopped during it; null where it is one of both already.
 * @throws {DomainError} CONTACT_NOT_CHANGEABLE when it ended by itself
 */
export function calledOff(contact: StoredContact, now: Instant, reason: string): Step {
  if (contact.state === 'cancelled' || contact.state === 'stopped') return null;
  if (!isOpen(contact)) throw notChangeable(contact);
  const state = contact.state === 'scheduled' ? 'cancelled' : 'stopped';
  return { ...contact, state, endedAt: now, endReason: reason };
}

export const notChangeable = ({ id, state }: Contact): DomainError =>
  new DomainError('CONTACT_NOT_CHANGEABLE', `Contact ${id} is ${state}`);

const isUnderWay = ({ state }: Contact): boolean => state === 'starting' || state === 'active';
