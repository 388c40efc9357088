import type { EntityManager } from 'typeorm';
import { DomainError } from '#common/domain';
import type { NewContact } from '../contacts/contact-store.port.js';

/**
 * An occurrence that was taken from its series meanwhile is not booked. The series stay as they are
 * until the booking is committed.
 * @throws {DomainError} SERIES_ENDED
 */
export async function refuseEndedSeries(
  manager: EntityManager,
  contacts: readonly NewContact[],
): Promise<void> {
  const wanted = new Map<string, number>();
  for (const { series } of contacts) if (series) wanted.set(series.id, series.edition);
  if (wanted.size === 0) return;
  const rows = (await manager.query(
    `SELECT id, edition FROM series WHERE id = ANY ($1::uuid[]) AND ended_at IS NULL
     ORDER BY id FOR SHARE`,
    [[...wanted.keys()]],
  )) as { id: string; edition: number }[];
  for (const { id, edition } of rows) if (wanted.get(id) === edition) wanted.delete(id);
  const [ended] = wanted.keys();
  if (ended !== undefined)
    throw new DomainError('SERIES_ENDED', `Series ${ended} has changed or ended`);
}
