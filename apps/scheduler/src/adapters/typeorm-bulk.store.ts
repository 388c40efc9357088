import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DomainError } from '#common/domain';
import { type Problem, problemOf } from '#common/platform';
import type { BookingTerms } from '../antennas/antenna-conflict.js';
import { type BulkOutcome, BulkStore, isProblem } from '../bulk/bulk-store.port.js';
import type { KeyedRequest } from '../contacts/booking-keys.port.js';
import type { Cause, NewContact } from '../contacts/contact-store.port.js';
import { lockAntennas } from './antenna-locks.js';
import { book } from './booking.js';
import { changing } from './changing.js';
import { lockChannels } from './exploded-rockets.js';
import { once } from './typeorm-booking.keys.js';

/** Booked together as long as nothing stands against one of them. */
const TOGETHER_MAX = 500;

/** Bookings of a bulk in PostgreSQL, each as if it came alone, at about the price of a few. */
@Injectable()
export class TypeOrmBulkStore extends BulkStore {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  addEach(
    candidates: readonly (NewContact | Problem)[],
    cause: Cause,
    terms: BookingTerms,
    request: KeyedRequest | null,
  ): Promise<readonly BulkOutcome[]> {
    return changing(this.source, (manager) =>
      once(manager, request, async () => {
        const contacts = candidates.filter((one) => !isProblem(one)) as NewContact[];
        // All at once and in order: bulks that take them one by one would wait for each other.
        await lockChannels(
          manager,
          contacts.flatMap(({ channel }) => channel ?? []),
        );
        await lockAntennas(
          manager,
          contacts.flatMap(({ antenna }) => antenna ?? []),
        );
        const booked: BulkOutcome[] = [];
        for (let at = 0; at < contacts.length; at += TOGETHER_MAX)
          booked.push(
            ...(await bookEach(manager, contacts.slice(at, at + TOGETHER_MAX), cause, terms)),
          );
        const next = booked.values();
        return candidates.map((one) => (isProblem(one) ? one : next.next().value!));
      }),
    );
  }
}

/**
 * All together; if that fails, the first half and then the second, each in the same way. So what comes
 * first is booked first, and a few faults among many cost a few more statements.
 */
async function bookEach(
  manager: EntityManager,
  contacts: readonly NewContact[],
  cause: Cause,
  terms: BookingTerms,
): Promise<readonly BulkOutcome[]> {
  try {
    // A transaction within one is a savepoint.
    return await manager.transaction((inner) => book(inner, contacts, cause, terms));
  } catch (fault) {
    if (!(fault instanceof DomainError)) throw fault;
    if (contacts.length === 1) return [problemOf(fault, '')];
  }
  const half = Math.ceil(contacts.length / 2);
  const first = await bookEach(manager, contacts.slice(0, half), cause, terms);
  return [...first, ...(await bookEach(manager, contacts.slice(half), cause, terms))];
}
