import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#common/embedded';
import { createTemplate } from './database.js';

/**
 * Runs once before the integration and e2e tiers: a real PostgreSQL of their own, unless
 * TEST_DATABASE_URL names one whose user may create databases.
 */
export default async function startServices(): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    await createTemplate(given);
    return async () => undefined;
  }

  const folder = await mkdtemp(join(tmpdir(), 'perigee-test-'));
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), port: 0 });
  process.env['TEST_DATABASE_URL'] = postgres.url;
  await createTemplate(postgres.url);
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
