import type { ContactEvent, StreamOptionsDto } from '#common/contracts';
import type { ContactState, Instant } from '#common/domain';

/** What a contact was after a change, in the names of the API. */
export interface ContactThen extends ContactEvent {
  readonly antenna: string | null;
  readonly priority: number;
  readonly stream: StreamOptionsDto;
}

export interface ContactEntry {
  /** Grows from change to change of a contact. */
  readonly position: number;
  /** Among all changes of all contacts; null until it is given, soon after the change. */
  readonly number: number | null;
  readonly at: Instant;
  readonly by: string;
  readonly reason: string | null;
  readonly state: ContactState;
  readonly revision: number;
  /** Null, or without its newer fields, where an older version wrote it. */
  readonly contact: Partial<ContactThen> | null;
}

/** What happened to contacts. Nothing of it ever changes. */
export abstract class ContactHistory {
  /** The changes of one contact from behind a position, oldest first. */
  abstract of(contactId: string, limit: number, after: number): Promise<ContactEntry[]>;
}
