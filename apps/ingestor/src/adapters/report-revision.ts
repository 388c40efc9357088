import type { EntityManager } from 'typeorm';
import type { ReportRevision } from '../receptions/reception-store.port.js';
import { inOne } from '#common/persistence';
import { keptRanges } from './packed-ranges.js';
import { STORE, storeParameters } from './store-statement.js';

/**
 * In a transaction: nobody sees that the reception is open again and ours while its late blocks are
 * stored as all blocks are. False, and nothing changes, when it is not as it was.
 */
export async function reviseReport(
  manager: EntityManager,
  process: string,
  { lastBlock, batch, report, unlisted }: ReportRevision,
): Promise<boolean> {
  const { contactId, fence } = batch.receptions[0]!;
  const [last] = (await manager.query(
    `SELECT holder FROM receptions
     WHERE contact_id = $1 AND fence = $2 AND ended_at IS NOT NULL AND last_block = $3
       AND EXISTS (SELECT FROM reports WHERE contact_id = $1 AND fence = $2)
     FOR UPDATE`,
    [contactId, fence, lastBlock],
  )) as { holder: string | null }[];
  if (!last) return false;
  await manager.query('UPDATE receptions SET ended_at = NULL, holder = $2 WHERE contact_id = $1', [
    contactId,
    process,
  ]);
  await manager.query(STORE, storeParameters(process, batch).map(inOne));
  await manager.query(
    `UPDATE receptions r SET ended_at = p.ended_at, holder = $2
     FROM reports p WHERE r.contact_id = $1 AND p.contact_id = r.contact_id`,
    [contactId, last.holder],
  );
  await manager.query(
    'UPDATE reports SET report = $2, unlisted_ranges = $3 WHERE contact_id = $1',
    [contactId, JSON.stringify(report), keptRanges(unlisted)],
  );
  return true;
}
