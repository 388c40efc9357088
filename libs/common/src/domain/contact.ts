import { type Instant, MICROS_PER_SECOND } from './instant.js';

export const OPEN_STATES = ['scheduled', 'starting', 'active'] as const;
export const END_STATES = ['completed', 'failed', 'missed', 'cancelled', 'stopped'] as const;
export const CONTACT_STATES = [...OPEN_STATES, ...END_STATES] as const;

/**
 * `scheduled` → `starting` (its start is committed) → `active` (the ship agreed to stream) →
 * `completed`; or `failed`, `missed` (its window passed before it could start), `cancelled`
 * (before the start), `stopped` (during). End states never change.
 */
export type ContactState = (typeof CONTACT_STATES)[number];

/** Whose doing a failure is. */
export type FaultParty = 'user' | 'system' | 'spacecraft' | 'link';

/** A window of time in which we listen to one ship. `S` is how it shall stream, `R` its account. */
export interface Contact<S = unknown, R = unknown> {
  readonly id: string;
  readonly shipName: string;
  readonly startTime: Instant;
  readonly durationSeconds: number;
  readonly state: ContactState;
  /** Counts the changes of the booking; an alarm that was set for an older one means nothing. */
  readonly revision: number;
  /** Counts the starts; a receiver that knows a higher one ignores a lower. */
  readonly fence: number;
  readonly antenna: string | null;
  readonly priority: number;
  /** The rocket that carries the ship. */
  readonly channel: string | null;
  readonly stream: S;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly endReason: string | null;
  /** The contact or the block that took its antenna. */
  readonly displacedBy: string | null;
  readonly fault: FaultParty | null;
  readonly report: R | null;
}

export const isOpen = ({ state }: Pick<Contact, 'state'>): boolean =>
  (OPEN_STATES as readonly string[]).includes(state);

export const plannedEnd = (contact: Pick<Contact, 'startTime' | 'durationSeconds'>): Instant =>
  contact.startTime + contact.durationSeconds * MICROS_PER_SECOND;

/** How much later than planned it started; never negative, since no contact starts early. */
export const latenessMs = ({
  startTime,
  startedAt,
}: Pick<Contact, 'startTime' | 'startedAt'>): number | null =>
  startedAt === null ? null : (startedAt - startTime) / 1_000;

/** The id of the start job of this revision. */
export const startJobId = ({ id, revision }: Pick<Contact, 'id' | 'revision'>): string =>
  `${id}:${revision}`;
