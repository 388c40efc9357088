import { readConfig, run } from '#common/platform';
import { createSpaceship } from './spaceship.app.js';
import { SpaceshipConfig } from './spaceship.config.js';

await run(async () => {
  const config = readConfig(SpaceshipConfig, process.env);
  const app = await createSpaceship(config);
  await app.listen(config.SPACESHIP_PORT, config.HOST);
  return app;
});
