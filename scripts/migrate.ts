import { readConfig, run } from '#common/platform';
import { MigrateConfig } from './migrate/migrate.config.js';
import { prepareDatabase } from './migrate/prepare-database.js';

/** Once per deployment, before the apps: tables, and users who may do just what their app does. */
await run(async () => {
  await prepareDatabase(readConfig(MigrateConfig, process.env));
  process.stdout.write('The database is of this version, its users have their rights.\n');
  return { close: async () => undefined };
});
