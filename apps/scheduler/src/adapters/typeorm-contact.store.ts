import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { CONTACT_CANCELLED, CONTACT_SCHEDULED } from '#common/contracts';
import { DomainError, formatInstant, isOpen, plannedEnd } from '#common/domain';
import { insertOutbox } from '#common/persistence';
import type { KeyedRequest } from '../contacts/booking-keys.port.js';
import {
  type Cause,
  type ContactChange,
  type ContactGuard,
  ContactStore,
  type NewContact,
  type StoredContact,
} from '../contacts/contact-store.port.js';
import { type BookingTerms, GENTLE } from '../antennas/antenna-conflict.js';
import { changed, notChangeable } from '../contacts/contact-steps.js';
import { lockAntennasOfRocket } from './antenna-locks.js';
import { doesMove, lockAntennasOf, takeAntennas } from './antenna-rule.js';
import { book } from './booking.js';
import { settleForOthers } from './begun-contacts.js';
import { changing } from './changing.js';
import { receptionCloseOf } from './contact-messages.js';
import {
  BY_ROCKET_MONITOR,
  changedContacts,
  CONTACT_COLUMNS,
  contactOf,
  type ContactRow,
  recordChange,
  SCHEDULER_OUTBOX,
} from './contact-row.js';
import { lockChannels } from './exploded-rockets.js';
import { once } from './typeorm-booking.keys.js';
import { TypeOrmBegunStore } from './typeorm-begun.store.js';

/** Bookings in PostgreSQL. */
@Injectable()
export class TypeOrmContactStore extends ContactStore {
  constructor(
    @InjectDataSource('scheduler')
    private readonly source: Pick<DataSource, 'query' | 'transaction'>,
  ) {
    super();
  }

  add(
    contacts: readonly NewContact[],
    cause: Cause,
    terms?: BookingTerms,
    request: KeyedRequest | null = null,
  ): Promise<readonly StoredContact[]> {
    return changing(this.source, (manager) =>
      once(manager, request, () => book(manager, contacts, cause, terms)),
    );
  }

  async find(id: string): Promise<StoredContact | null> {
    const found = await this.#read(id);
    if (found?.hasBegun !== true || !(this.source instanceof DataSource))
      return found && found.contact;
    await settleForOthers(new TypeOrmBegunStore(this.source), [id]);
    return (await this.#read(id))?.contact ?? null;
  }

  change(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms: BookingTerms = GENTLE,
    guard: ContactGuard = () => undefined,
  ): Promise<StoredContact> {
    return changing(this.source, async (manager) => {
      if (doesMove(change)) await lockAntennasOf(manager, id, change);
      const contact = await lock(manager, id);
      const next = changed(contact, change);
      guard(contact);
      if (doesMove(change)) await takeAntennas(manager, [next], terms, cause);
      const stored = await changedContacts(
        manager,
        `UPDATE contacts SET revision = $8, start_time = $2, duration = $3,
                planned_end = $4, antenna = $5, priority = $6, stream = $7
         WHERE id = $1 AND state = 'scheduled' RETURNING ${CONTACT_COLUMNS}`,
        [
          id,
          formatInstant(next.startTime),
          next.durationSeconds,
          formatInstant(plannedEnd(next)),
          next.antenna,
          next.priority,
          JSON.stringify(next.stream),
          next.revision,
        ],
      );
      await recordChange(manager, stored, CONTACT_SCHEDULED, cause);
      return theOne(stored);
    });
  }

  end(id: string, cause: Cause, guard: ContactGuard = () => undefined): Promise<StoredContact> {
    return changing(this.source, async (manager) => {
      const contact = await lock(manager, id);
      const isEndedOnRequest = contact.state === 'cancelled' || contact.state === 'stopped';
      if (!isEndedOnRequest && !isOpen(contact)) throw notChangeable(contact);
      guard(contact);
      if (isEndedOnRequest) return contact;
      return theOne(await endOpen(manager, 'id = $2', id, cause));
    });
  }

  async endOfRocket(channel: string, reason: string): Promise<string[]> {
    // PostgreSQL has no NUL in text: so no contact names such a channel, and a reason goes without.
    if (channel.includes('\0')) return [];
    const storable = reason.replaceAll('\0', '');
    return changing(this.source, async (manager) => {
      await lockChannels(manager, [channel]);
      await lockAntennasOfRocket(manager, channel);
      await manager.query(
        `INSERT INTO exploded_rockets (channel, reason) VALUES ($1, $2)
         ON CONFLICT (channel) DO UPDATE SET reason = excluded.reason`,
        [channel, storable],
      );
      const ended = await endOpen(manager, 'channel = $2', channel, {
        ...BY_ROCKET_MONITOR,
        reason: storable,
      });
      return ended.map((contact) => contact.id);
    });
  }

  async #read(id: string) {
    const [row] = (await this.source.query(
      `SELECT ${CONTACT_COLUMNS}, EXISTS (
         SELECT FROM begun_contacts b WHERE b.contact_id = c.id) AS has_begun
       FROM contacts c WHERE id = $1`,
      [id],
    )) as (ContactRow & { readonly has_begun: boolean })[];
    return row ? { contact: contactOf(row), hasBegun: row.has_begun } : null;
  }
}

/** Cancels or stops the open contacts that fit; one that had begun has its reception closed. */
export async function endOpen(
  manager: EntityManager,
  condition: string,
  value: string,
  cause: Cause,
): Promise<StoredContact[]> {
  const reason = cause.reason ?? `Ended by ${cause.by}`;
  const ended = await changedContacts(
    manager,
    `UPDATE contacts SET ended_at = clock_timestamp(), end_reason = $1,
            state = CASE state WHEN 'scheduled' THEN 'cancelled' ELSE 'stopped' END
     WHERE state IN ('scheduled', 'starting', 'active') AND ${condition}
     RETURNING ${CONTACT_COLUMNS}`,
    [reason, value],
  );
  await recordChange(manager, ended, CONTACT_CANCELLED, cause);
  const closes = ended.filter(({ state }) => state === 'stopped').map(receptionCloseOf);
  if (closes.length > 0) await insertOutbox(manager, SCHEDULER_OUTBOX, closes);
  return ended;
}

async function lock(manager: EntityManager, id: string): Promise<StoredContact> {
  const rows = (await manager.query(
    `SELECT ${CONTACT_COLUMNS} FROM contacts WHERE id = $1 FOR UPDATE`,
    [id],
  )) as ContactRow[];
  if (!rows[0]) throw new DomainError('CONTACT_NOT_FOUND', `No contact has the id ${id}`);
  return contactOf(rows[0]);
}

function theOne(contacts: readonly StoredContact[]): StoredContact {
  const [contact] = contacts;
  if (!contact) throw new Error('A change of one contact changed none');
  return contact;
}
