import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresql } from '../../scripts/services/postgresql.js';
import { SERVICE_NAMES, type ServiceName, SERVICES } from '../../scripts/services/service.js';
import { startAll } from '../../scripts/services/start.js';
import { createTemplate } from './database.js';

/** Each tier runs this file anew, in one process: the second finds what the first has started. */
const STARTED = 'TEST_SERVICES_STARTED';

/**
 * Runs once before the integration and e2e tiers: PostgreSQL, Redis and RabbitMQ of their own, side by
 * side. One whose TEST_…_URL is set is used instead: a PostgreSQL whose user may create databases, a
 * Redis and a RabbitMQ that nobody misses the data of. What is missing is installed or a fault: no
 * test is skipped.
 */
export default async function startServices(): Promise<() => Promise<void>> {
  if (process.env[STARTED] !== undefined) return async () => undefined;
  const folder = await mkdtemp(join(tmpdir(), 'perigee-test-'));
  const missing = SERVICE_NAMES.filter((name) => !process.env[variableOf(name)]);
  const services = await startAll(missing, {
    folderOf: (name) => join(folder, name),
    staysBehind: false,
    startPostgresql: (own) => startPostgresql({ folder: own }),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const stop = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  for (const { name, url } of services) process.env[variableOf(name)] = url;
  await createTemplate(process.env[variableOf('postgresql')] ?? '').catch(
    async (fault: unknown) => {
      await stop();
      throw fault;
    },
  );
  process.env[STARTED] = 'yes';
  return stop;
}

function variableOf(name: ServiceName): string {
  return `TEST_${SERVICES[name].variable}`;
}
