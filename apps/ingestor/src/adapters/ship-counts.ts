import type { QueryRunner } from 'typeorm';

/** Samples of a ship; PostgreSQL's counts are text. */
export interface ShipCount {
  readonly ship_id: number;
  readonly count: string | number;
}

/**
 * Takes samples that are gone off their ships, less those that have come back. In the transaction
 * that removes them. The ships are locked first: whoever stores meanwhile waits, and what was stored
 * before is seen by the statement that follows. No block is longer than a minute, so the last sample
 * lies in one of the last blocks: there is an index for these.
 */
export async function countOff(
  runner: QueryRunner,
  gone: readonly ShipCount[],
  back: readonly ShipCount[] = [],
): Promise<void> {
  if (gone.length === 0) return;
  const returned = new Map(back.map(({ ship_id, count }) => [ship_id, Number(count)]));
  const ids = gone.map(({ ship_id }) => ship_id);
  const counts = gone.map(({ ship_id, count }) => Number(count) - (returned.get(ship_id) ?? 0));
  await runner.query('SELECT FROM ships WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [ids]);
  await runner.query(
    `UPDATE ships SET samples_count = samples_count - gone.count,
       first_sample_at = (SELECT min(first_at) FROM blocks WHERE ship_id = ships.id),
       last_sample_at = (SELECT max(last_at) FROM blocks WHERE ship_id = ships.id
         AND first_at >= (SELECT max(first_at) FROM blocks WHERE ship_id = ships.id)
           - interval '1 minute')
     FROM unnest($1::integer[], $2::bigint[]) AS gone (ship_id, count) WHERE ships.id = gone.ship_id`,
    [ids, counts],
  );
}
