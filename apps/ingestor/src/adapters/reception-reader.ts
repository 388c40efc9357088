import type { DataSource } from 'typeorm';
import { type SequenceRange, SequenceSet } from '#common/domain';
import type { StoredReception } from '../receptions/reception-store.port.js';
import { RECEPTION_COLUMNS, type ReceptionRow, storedReceptionOf } from './reception-row.js';

/** Unfinished receptions that fulfil a condition on `receptions r`, oldest first. */
export async function readUnfinished(
  source: DataSource,
  condition: string,
  parameters: unknown[],
): Promise<StoredReception[]> {
  const rows = (await source.query(
    `SELECT ${RECEPTION_COLUMNS} FROM receptions r JOIN ships s ON s.id = r.ship_id
     LEFT JOIN closings c ON c.contact_id = r.contact_id
     WHERE ${condition} AND ended_at IS NULL ORDER BY r.opened_at, r.contact_id`,
    parameters,
  )) as ReceptionRow[];
  const unfinished: StoredReception[] = [];
  for (const row of rows)
    unfinished.push(storedReceptionOf(row, await goodNumbers(source, row.contact_id)));
  return unfinished;
}

/** A contact of a day at 100 Hz has nine million. */
const NUMBERS_TIMEOUT_MS = 60_000;

/** Runs of numbers: within one, number minus place stays the same. */
const NUMBERS = `
  SELECT min(sequence) AS first, max(sequence) AS last
  FROM (SELECT sequence, sequence - row_number() OVER (ORDER BY sequence) AS run
        FROM (SELECT DISTINCT sequence
              FROM receptions r JOIN samples s ON s.ship_id = r.ship_id
                AND s.generated_at BETWEEN r.first_sample_at AND r.last_sample_at
                AND s.contact_id = r.contact_id AND s.received_at >= r.opened_at
              WHERE r.contact_id = $1) stored) numbered
  GROUP BY run ORDER BY first`;

async function goodNumbers(source: DataSource, contactId: string): Promise<SequenceSet> {
  const rows = (await source.transaction(async (manager) => {
    await manager.query(`SET LOCAL statement_timeout = ${NUMBERS_TIMEOUT_MS}`);
    return manager.query(NUMBERS, [contactId]);
  })) as { first: string; last: string }[];
  return SequenceSet.of(
    rows.map(({ first, last }): SequenceRange => [Number(first), Number(last)]),
  );
}
