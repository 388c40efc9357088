import type { EntityManager } from 'typeorm';
import { DomainError } from '#common/domain';

/** Any name may be booked, so that whoever may book could fill the table. */
export const ANTENNAS_MAX = 100_000;
/** An antenna can be deleted between our two looks; not again and again. */
const ATTEMPTS_MAX = 5;

export type AntennaIds = ReadonlyMap<string, number>;

/**
 * Holds the antennas to the end of the transaction, and registers those that nobody has named before.
 * Whoever waits for the rows of contacts that have one, other than its own, holds it first: then
 * bookings, blocks and changes come one after the other. In order, so that none waits in a circle.
 * @throws {DomainError} ANTENNAS_FULL
 */
export async function lockAntennas(
  manager: EntityManager,
  names: readonly string[],
): Promise<AntennaIds> {
  const wanted = [...new Set(names)];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    // Nothing is held yet while it is waited for another's registration of the same name.
    await registerAntennas(manager, await unknownOf(manager, wanted));
    const held = await holdAntennas(manager, wanted);
    if (held.size === wanted.length) return held;
  }
  throw new DomainError('ANTENNA_NOT_FOUND', 'The antenna is deleted again and again');
}

/** Those that there are. */
export async function holdAntennas(
  manager: EntityManager,
  names: readonly string[],
): Promise<AntennaIds> {
  const rows = (await manager.query(
    'SELECT id, name FROM antennas WHERE name = ANY ($1) ORDER BY name FOR UPDATE',
    [names],
  )) as { id: number; name: string }[];
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** Before all contacts of a rocket are ended: another one may be displacing some of them. */
export async function lockAntennasOfRocket(manager: EntityManager, channel: string): Promise<void> {
  await manager.query(
    `SELECT FROM antennas WHERE name IN (
       SELECT antenna FROM contacts
       WHERE channel = $1 AND state IN ('scheduled', 'starting', 'active'))
     ORDER BY name FOR UPDATE`,
    [channel],
  );
}

/** @throws {DomainError} ANTENNAS_FULL */
export async function registerAntennas(
  manager: EntityManager,
  names: readonly string[],
  description: string | null = null,
): Promise<void> {
  if (names.length === 0) return;
  const [count] = (await manager.query('SELECT count(*)::integer AS antennas FROM antennas')) as [
    { antennas: number },
  ];
  if (count.antennas + names.length > ANTENNAS_MAX)
    throw new DomainError('ANTENNAS_FULL', `There are ${ANTENNAS_MAX} antennas already`);
  await manager.query(
    `INSERT INTO antennas (name, description)
     SELECT name, $2 FROM unnest($1::text[]) AS wanted (name) ORDER BY name COLLATE "C"
     ON CONFLICT DO NOTHING`,
    [names, description],
  );
}

async function unknownOf(manager: EntityManager, names: readonly string[]): Promise<string[]> {
  const rows = (await manager.query(
    `SELECT name FROM unnest($1::text[]) AS wanted (name)
     WHERE NOT EXISTS (SELECT FROM antennas WHERE antennas.name = wanted.name)`,
    [names],
  )) as { name: string }[];
  return rows.map(({ name }) => name);
}
