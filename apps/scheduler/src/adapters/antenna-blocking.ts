import type { EntityManager } from 'typeorm';
import { DomainError, formatInstant } from '#common/domain';
import type { Conflict } from '../antennas/antenna-conflict.js';
import { type AntennaBlock, BLOCK_KEPT_DAYS, BLOCKS_MAX } from '../antennas/antenna-store.port.js';
import { antennaTaken } from '../antennas/antenna-taken.dto.js';
import type { Cause } from '../contacts/contact-store.port.js';
import { windowsInTheWay } from './antenna-windows.js';
import { displace } from './displacement.js';

/** One block pushes so many contacts aside at most. */
const DISPLACED_MAX = 1_000;

interface WantedBlock {
  readonly antennaId: number;
  readonly name: string;
  readonly block: AntennaBlock;
  readonly displace: boolean;
}

/**
 * Blocks an antenna that its caller holds, and returns the contacts that were cancelled for it.
 * @throws {DomainError} ANTENNA_TAKEN, ANTENNA_BLOCKS_FULL
 */
export async function blockAntenna(
  manager: EntityManager,
  wanted: WantedBlock,
  cause: Cause,
): Promise<string[]> {
  const { antennaId, name, block } = wanted;
  await refuseFull(manager, antennaId, name);
  const inTheWay = (): Promise<Conflict[]> =>
    windowsInTheWay(manager, [{ index: 0, antennaId, ...block }], DISPLACED_MAX + 1);
  const first = await inTheWay();
  const isDisplacing = wanted.displace && canAllBeDisplaced(first);
  const displaced = isDisplacing ? await displaceAll(manager, wanted, first, cause) : [];
  // One of them may have begun meanwhile.
  const conflicts = isDisplacing ? await inTheWay() : first;
  if (conflicts.length > 0) throw antennaTaken(name, conflicts);
  await insert(manager, antennaId, block);
  return displaced;
}

const canAllBeDisplaced = (conflicts: readonly Conflict[]): boolean =>
  conflicts.length > 0 &&
  conflicts.length <= DISPLACED_MAX &&
  conflicts.every(({ kind, state }) => kind === 'contact' && state === 'scheduled');

async function displaceAll(
  manager: EntityManager,
  { name, block }: WantedBlock,
  conflicts: readonly Conflict[],
  cause: Cause,
): Promise<string[]> {
  const reason = `Displaced by a block of ${name}: ${block.reason}`;
  const losers = conflicts.map(({ id }) => ({ contactId: id!, displacedBy: block.id, reason }));
  return (await displace(manager, losers, cause)).map(({ id }) => id);
}

/** Those that are long over go here, where others come. */
async function refuseFull(manager: EntityManager, antennaId: number, name: string): Promise<void> {
  await manager.query(
    `DELETE FROM antenna_windows WHERE antenna_id = $1 AND kind = 'block'
       AND end_time < clock_timestamp() - $2 * interval '1 day'`,
    [antennaId, BLOCK_KEPT_DAYS],
  );
  const [{ blocks }] = (await manager.query(
    `SELECT count(*)::integer AS blocks FROM antenna_windows
     WHERE antenna_id = $1 AND kind = 'block'`,
    [antennaId],
  )) as [{ blocks: number }];
  if (blocks >= BLOCKS_MAX)
    throw new DomainError('ANTENNA_BLOCKS_FULL', `${name} has ${BLOCKS_MAX} blocks already`);
}

async function insert(
  manager: EntityManager,
  antennaId: number,
  { id, start, end, reason, by }: AntennaBlock,
): Promise<void> {
  await manager.query(
    `INSERT INTO antenna_windows (id, antenna_id, kind, start_time, end_time, reason, by)
     VALUES ($1, $2, 'block', $3, $4, $5, $6)`,
    [id, antennaId, formatInstant(start), formatInstant(end), reason, by],
  );
}
