import { randomUUID } from 'node:crypto';

export const ENVELOPE_VERSION = 1;

/** What stands around every message between the apps. */
export interface Envelope<T extends object = object> {
  /** Stays the same when the message is sent again: receivers know a repetition by it. */
  readonly id: string;
  /** The routing key, `contact.started`. */
  readonly type: string;
  /** ISO 8601, UTC, when the message was made. */
  readonly time: string;
  readonly version: typeof ENVELOPE_VERSION;
  readonly data: T;
}

/** @param id of a message that others may tell as well; none: a new one */
export function envelope<T extends object>(
  type: string,
  data: T,
  now = new Date(),
  id: string = randomUUID(),
): Envelope<T> {
  return { id, type, time: now.toISOString(), version: ENVELOPE_VERSION, data };
}
