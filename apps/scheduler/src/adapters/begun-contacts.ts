import type { OutboxRelay } from '#common/messaging';
import {
  type BegunContact,
  type BegunStore,
  COMMAND_LEASE_MS,
  type LateCommand,
  SETTLED_TOGETHER_MAX,
} from './begun-store.port.js';
import { receptionOpenOf, type StartedContact } from './contact-messages.js';
import { startMessageId } from './start-message-id.js';

const SETTLEMENTS_MAX = 3;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Whom commands are handed to as they are committed. */
export type Handing = Pick<OutboxRelay, 'handOver' | 'unsent' | 'stored' | 'forget'>;

/** What this scheduler has begun: its commands are sent at once, its rows are written a little later. */
export class BegunContacts {
  /** Ids of the commands whose contacts' rows do not say yet that they began. */
  readonly #open = new Set<string>();
  #settlingNow: Promise<void> | null = null;

  constructor(
    private readonly store: BegunStore,
    private readonly starter: string,
    private readonly relay: Handing | null,
  ) {}

  /** Without a relay, done when the commands are in the outbox. */
  async send(contacts: readonly StartedContact[]): Promise<void> {
    if (contacts.length === 0) return;
    if (this.relay === null) return this.settle(0);
    const commands = contacts.map(receptionOpenOf);
    for (const { id } of commands) this.#open.add(id);
    this.relay.handOver(commands);
  }

  /** Whoever began it. With it, all: calls at the same time share the work. */
  async settleIfBegun(contactId: string): Promise<void> {
    // The settlement under way may have read its lines before this one was there.
    for (let nr = 0; nr < SETTLEMENTS_MAX && (await this.store.has(contactId)); nr += 1)
      await this.#settleNow();
  }

  #settleNow(): Promise<void> {
    this.#settlingNow ??= this.settle(0).finally(() => {
      this.#settlingNow = null;
    });
    return this.#settlingNow;
  }

  /** Writes down what this scheduler has begun, and what others began `agoMs` ago and left so. */
  async settle(agoMs: number): Promise<void> {
    while ((await this.#settleSome(agoMs)) === SETTLED_TOGETHER_MAX);
  }

  async #settleSome(agoMs: number): Promise<number> {
    const known = [...this.#open];
    const begun = await this.store.read(this.starter, agoMs);
    const messageIds = begun.map(startMessageId);
    const unsent = new Map(
      this.relay?.unsent(messageIds).map(({ id, leaseMs }) => [id, leaseMs] as const),
    );
    const leases = begun.map((row, nr) => this.#leaseOf(row, agoMs, unsent.get(messageIds[nr]!)));
    const ids = begun.map(({ id }) => id);
    const commands = begun.flatMap((row, nr) => {
      const leaseMs = leases[nr] ?? null;
      return leaseMs === null ? [] : [commandOf(row, leaseMs)];
    });
    const written = new Set(await this.store.write(ids, commands));
    for (const [nr, id] of ids.entries())
      this.#close(messageIds[nr]!, leases[nr] !== null || !written.has(id));
    // What is not there any more, others have written down.
    if (begun.length < SETTLED_TOGETHER_MAX) for (const id of known) this.#close(id, true);
    // Where nothing can be written down, there is no use in going on.
    return written.size === 0 ? 0 : begun.length;
  }

  /**
   * Null: the bus has it. What another began just now is left to it for a while.
   * @param unsentMs how long the relay wants it for itself; none where the bus has it
   */
  #leaseOf(row: BegunContact, agoMs: number, unsentMs: number | undefined): number | null {
    if (!row.isMine) return Math.max(0, COMMAND_LEASE_MS - agoMs);
    return this.relay === null ? 0 : (unsentMs ?? null);
  }

  /** @param isStored whether its command is in the outbox, or may be: others put all there */
  #close(id: string, isStored: boolean): void {
    if (!this.#open.delete(id)) return;
    if (isStored) this.relay?.stored([id]);
    else this.relay?.forget([id]);
  }
}

/** Writes down all of them that there are, or those of `contactIds`; who began them may send the commands. */
export async function settleForOthers(
  store: BegunStore,
  contactIds: readonly string[] = [],
): Promise<void> {
  for (let count = SETTLED_TOGETHER_MAX; count === SETTLED_TOGETHER_MAX;) {
    const begun = await store.read(NOBODY, 0, contactIds);
    const ids = begun.map(({ id }) => id);
    const commands = begun.map((contact) => commandOf(contact, COMMAND_LEASE_MS));
    const written = await store.write(ids, commands);
    count = written.length === 0 ? 0 : begun.length;
  }
}

const commandOf = (contact: BegunContact, leaseMs: number): LateCommand => ({
  contactId: contact.id,
  envelope: receptionOpenOf(contact),
  leaseMs,
});
