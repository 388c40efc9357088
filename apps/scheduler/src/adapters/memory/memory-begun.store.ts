import { MICROS_PER_MILLISECOND } from '#common/domain';
import {
  type BegunContact,
  BegunStore,
  type LateCommand,
  SETTLED_TOGETHER_MAX,
} from '../begun-store.port.js';
import { BY_SCHEDULER } from '../contact-row.js';
import type { MemoryContactTables } from './memory-contact.tables.js';
import type { MemoryTransaction } from './memory-transaction.js';

/** Begun contacts in memory. */
export class MemoryBegunStore extends BegunStore {
  constructor(private readonly tables: MemoryContactTables) {
    super();
  }

  async read(
    starter: string,
    agoMs: number,
    contactIds: readonly string[] = [],
  ): Promise<BegunContact[]> {
    const until = this.tables.now() - agoMs * MICROS_PER_MILLISECOND;
    const wanted = contactIds.length === 0 ? null : new Set(contactIds);
    return [...this.tables.begun.values()]
      .filter((line) => line.starter === starter || line.startedAt <= until)
      .filter(({ contactId }) => wanted?.has(contactId) ?? true)
      .slice(0, SETTLED_TOGETHER_MAX)
      .map(({ contactId, fence, startedAt, starter: by }) => {
        const contact = this.tables.contacts.get(contactId)!;
        return { ...contact, fence, startedAt, isMine: by === starter };
      });
  }

  async write(
    contactIds: readonly string[],
    commands: readonly LateCommand[],
  ): Promise<readonly string[]> {
    if (contactIds.length === 0) return [];
    return this.tables.transaction((transaction) => {
      const written = contactIds.filter((id) => this.#write(id, transaction));
      for (const { contactId, envelope, leaseMs } of commands)
        if (written.includes(contactId)) transaction.send(envelope, leaseMs);
      return written;
    });
  }

  async has(contactId: string): Promise<boolean> {
    return this.tables.begun.has(contactId);
  }

  #write(id: string, transaction: MemoryTransaction): boolean {
    const line = transaction.settle(id);
    if (!line) return false;
    const { fence, startedAt } = line;
    const contact = transaction.find(id)!;
    transaction.write(
      { ...contact, state: 'starting', fence, startedAt },
      null,
      BY_SCHEDULER,
      startedAt,
    );
    this.tables.claims.forget(id);
    return true;
  }
}
