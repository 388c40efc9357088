import type { EntityManager } from 'typeorm';
import { CONTACT_CANCELLED } from '#common/contracts';
import type { Cause, StoredContact } from '../contacts/contact-store.port.js';
import { changedContacts, CONTACT_COLUMNS, recordChange } from './contact-row.js';

export interface Displaced {
  readonly contactId: string;
  /** The contact or the block that takes its antenna. */
  readonly displacedBy: string;
  readonly reason: string;
}

/**
 * Cancels those that are still scheduled, and returns them. Its caller holds their antennas.
 * The alarms of the cancelled stay set: an alarm only proposes.
 */
export async function displace(
  manager: EntityManager,
  displaced: readonly Displaced[],
  cause: Cause,
): Promise<StoredContact[]> {
  const ids = displaced.map(({ contactId }) => contactId);
  await manager.query('SELECT FROM contacts WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [ids]);
  const cancelled = await changedContacts(
    manager,
    `UPDATE contacts SET state = 'cancelled', ended_at = clock_timestamp(),
            end_reason = why, displaced_by = winner
     FROM (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))
            AS loser (contact_id, winner, why)
     WHERE id = contact_id AND state = 'scheduled' RETURNING ${CONTACT_COLUMNS}`,
    [ids, displaced.map(({ displacedBy }) => displacedBy), displaced.map(({ reason }) => reason)],
  );
  await recordChange(manager, cancelled, CONTACT_CANCELLED, cause);
  return cancelled;
}
