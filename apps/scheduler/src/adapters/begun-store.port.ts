import type { Envelope } from '#common/messaging';
import type { StartedContact } from './contact-messages.js';

/** Read and written together; more follow in the next call. */
export const SETTLED_TOGETHER_MAX = 1_000;
/** Who began it sends its command, and says so soon: if not, the command is sent from the outbox. */
export const COMMAND_LEASE_MS = 2_000;

/** One whose row does not say yet that it began, with what its command says. */
export interface BegunContact extends StartedContact {
  /** Whether the one who asks began it. */
  readonly isMine: boolean;
}

/** A command that goes into the outbox. */
export interface LateCommand {
  readonly contactId: string;
  readonly envelope: Envelope;
  /** So long it is left to who sends it already; 0: to nobody. */
  readonly leaseMs: number;
}

/** The contacts that have begun and that are not written down yet. */
export abstract class BegunStore {
  /**
   * Those that `starter` has begun, and those that anybody began `agoMs` ago; oldest first,
   * `SETTLED_TOGETHER_MAX` at most.
   * @param contactIds of these alone; none: of all
   */
  abstract read(
    starter: string,
    agoMs: number,
    contactIds?: readonly string[],
  ): Promise<BegunContact[]>;
  /**
   * Writes down that they have begun: row, history, and commands into the outbox. Where several do so
   * at the same time, each is written down once.
   * @returns the ids of those that this call has written down
   */
  abstract write(
    contactIds: readonly string[],
    commands: readonly LateCommand[],
  ): Promise<readonly string[]>;
  abstract has(contactId: string): Promise<boolean>;
}
