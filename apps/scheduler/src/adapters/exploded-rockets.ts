import type { EntityManager } from 'typeorm';
import { DomainError } from '#common/domain';
import type { NewContact } from '../contacts/contact-store.port.js';

/**
 * Booking and explosion of one rocket exclude each other, so that neither overlooks the other. In the
 * order of the names: two bookings of the same rockets must not wait for each other.
 */
export async function lockChannels(
  manager: EntityManager,
  channels: readonly string[],
): Promise<void> {
  await manager.query(
    `SELECT pg_advisory_xact_lock(key) FROM (
       SELECT DISTINCT hashtextextended(channel, 0) AS key FROM unnest($1::text[]) AS channel
       ORDER BY key) AS keys`,
    [channels],
  );
}

/** @throws {DomainError} ROCKET_EXPLODED */
export async function refuseExploded(
  manager: EntityManager,
  contacts: readonly NewContact[],
): Promise<void> {
  const channels = contacts.map(({ channel }) => channel).filter((channel) => channel !== null);
  if (channels.length === 0) return;
  await lockChannels(manager, channels);
  const [rocket] = (await manager.query(
    'SELECT channel, reason FROM exploded_rockets WHERE channel = ANY ($1) LIMIT 1',
    [channels],
  )) as { channel: string; reason: string }[];
  if (rocket === undefined) return;
  const index = contacts.findIndex(({ channel }) => channel === rocket.channel);
  const facts = contacts.length === 1 ? {} : { index };
  throw new DomainError('ROCKET_EXPLODED', rocket.reason, { facts });
}
