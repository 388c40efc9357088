import { run } from '#common/platform';
import { type Ground, startGround } from './ground.js';

await run(async () => {
  const ground = await startGround(process.env);
  process.stdout.write(welcome(ground));
  return ground;
});

function welcome({ urls, database, logFile }: Ground): string {
  return [
    'Perigee is up.',
    `  scheduler       ${urls.scheduler}/docs`,
    `  spaceship       ${urls.spaceship}/docs`,
    `  ingestor        ${urls.ingestor}/docs`,
    `  rocket monitor  ${urls.rocketMonitor}/docs`,
    `  database        ${database.isEmbedded ? 'embedded PostgreSQL' : 'DATABASE_URL'}`,
    `  log             ${logFile ?? 'standard output'}`,
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}
