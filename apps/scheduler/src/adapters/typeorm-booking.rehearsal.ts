import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DomainError, plannedEnd } from '#common/domain';
import type { BookingTerms, Conflict } from '../antennas/antenna-conflict.js';
import {
  AntennaTakenDto,
  CONFLICTS_TOLD_MAX,
  type RehearsalDto,
} from '../antennas/antenna-taken.dto.js';
import { BookingRehearsal } from '../antennas/booking-rehearsal.port.js';
import type {
  Cause,
  ContactChange,
  ContactGuard,
  ContactStore,
  NewContact,
  StoredContact,
} from '../contacts/contact-store.port.js';
import { again } from './again.js';
import { CONTACT_COLUMNS, contactOf, type ContactRow } from './contact-row.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';
import { TypeOrmBegunStore } from './typeorm-begun.store.js';

/** The very statements of the store, in a transaction that is rolled back. */
@Injectable()
export class TypeOrmBookingRehearsal extends BookingRehearsal {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  add(contacts: readonly NewContact[], cause: Cause, terms: BookingTerms): Promise<RehearsalDto> {
    return this.#rehearse((store) => store.add(contacts, cause, terms));
  }

  change(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms: BookingTerms,
    guard?: ContactGuard,
  ): Promise<RehearsalDto> {
    return this.#rehearse(async (store) => [await store.change(id, change, cause, terms, guard)]);
  }

  #rehearse(
    act: (store: ContactStore) => Promise<readonly StoredContact[]>,
  ): Promise<RehearsalDto> {
    return again(new TypeOrmBegunStore(this.source), () => this.#rehearseOnce(act));
  }

  async #rehearseOnce(
    act: (store: ContactStore) => Promise<readonly StoredContact[]>,
  ): Promise<RehearsalDto> {
    const runner = this.source.createQueryRunner();
    try {
      await runner.startTransaction();
      const booked = await act(new TypeOrmContactStore(inOne(runner.manager)));
      const { conflicts } = AntennaTakenDto.of(await displacedBy(runner.manager, booked));
      return { possible: true, conflicts, free_windows: [] };
    } catch (fault) {
      if (!(fault instanceof DomainError) || fault.code !== 'ANTENNA_TAKEN') throw fault;
      const { conflicts, free_windows } = fault.facts as unknown as AntennaTakenDto;
      return { possible: false, conflicts, free_windows };
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
  }
}

/** All that is asked of this source is part of the transaction that is under way. */
const inOne = (manager: EntityManager): Pick<DataSource, 'query' | 'transaction'> => ({
  query: manager.query.bind(manager),
  transaction: ((work: (one: EntityManager) => Promise<unknown>) =>
    work(manager)) as DataSource['transaction'],
});

async function displacedBy(
  manager: EntityManager,
  booked: readonly StoredContact[],
): Promise<Conflict[]> {
  const ids = booked.map(({ id }) => id);
  const rows = (await manager.query(
    `SELECT ${CONTACT_COLUMNS} FROM contacts c
     WHERE displaced_by = ANY ($1) ORDER BY c.start_time, id LIMIT ${CONFLICTS_TOLD_MAX}`,
    [ids],
  )) as ContactRow[];
  return rows.map(contactOf).map((contact) => ({
    index: ids.indexOf(contact.displacedBy!),
    kind: 'contact',
    id: contact.id,
    bookingIndex: null,
    shipName: contact.shipName,
    priority: contact.priority,
    // As it is now.
    state: 'scheduled',
    reason: null,
    start: contact.startTime,
    end: plannedEnd(contact),
  }));
}
