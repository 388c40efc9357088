import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { CONTACT_SCHEDULED } from '#common/contracts';
import { formatInstant, plannedEnd } from '#common/domain';
import { type BookingTerms, GENTLE } from '../antennas/antenna-conflict.js';
import type { Cause, NewContact, StoredContact } from '../contacts/contact-store.port.js';
import { takeAntennas } from './antenna-rule.js';
import { changedContacts, CONTACT_COLUMNS, recordChange } from './contact-row.js';
import { refuseExploded } from './exploded-rockets.js';
import { refuseEndedSeries } from './series-occurrences.js';

/** Of one statement: to write and read those of more would hold up what is to start meanwhile. */
const ROWS_MAX = 500;

/** Books all of them in this transaction, each rule in turn, or throws what stands against one. */
export async function book(
  manager: EntityManager,
  contacts: readonly NewContact[],
  cause: Cause,
  terms: BookingTerms = GENTLE,
): Promise<readonly StoredContact[]> {
  const wanted = contacts.map((contact) => ({ ...contact, id: randomUUID() }));
  await refuseEndedSeries(manager, wanted);
  await refuseExploded(manager, wanted);
  await takeAntennas(manager, wanted, terms, cause);
  const booked: StoredContact[] = [];
  for (let at = 0; at < wanted.length; at += ROWS_MAX) {
    const inserted = await insert(manager, wanted.slice(at, at + ROWS_MAX));
    await recordChange(manager, inserted, CONTACT_SCHEDULED, cause);
    booked.push(...inserted);
  }
  return booked;
}

async function insert(
  manager: EntityManager,
  contacts: readonly (NewContact & { readonly id: string })[],
): Promise<readonly StoredContact[]> {
  const ids = contacts.map(({ id }) => id);
  const inserted = await changedContacts(
    manager,
    `INSERT INTO contacts (id, ship_name, start_time, duration, planned_end, antenna, priority,
                           channel, stream, series_id, series_at)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::integer[],
       $5::timestamptz[], $6::text[], $7::integer[], $8::text[], $9::json[], $10::uuid[],
       $11::timestamptz[])
     RETURNING ${CONTACT_COLUMNS}`,
    [
      ids,
      contacts.map(({ shipName }) => shipName),
      contacts.map(({ startTime }) => formatInstant(startTime)),
      contacts.map(({ durationSeconds }) => durationSeconds),
      contacts.map((contact) => formatInstant(plannedEnd(contact))),
      contacts.map(({ antenna }) => antenna),
      contacts.map(({ priority }) => priority),
      contacts.map(({ channel }) => channel),
      contacts.map(({ stream }) => JSON.stringify(stream)),
      contacts.map(({ series }) => series?.id ?? null),
      contacts.map(({ series }) => (series ? formatInstant(series.at) : null)),
    ],
  );
  const byId = new Map(inserted.map((contact) => [contact.id, contact]));
  return ids.map((id) => byId.get(id)!);
}
