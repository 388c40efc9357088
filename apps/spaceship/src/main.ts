import { listen, readConfig, run } from '#common/platform';
import { createSpaceship } from './spaceship.app.js';
import { SpaceshipConfig } from './spaceship.config.js';

await run(async () => {
  const config = readConfig(SpaceshipConfig, process.env);
  const app = await createSpaceship(config);
  await listen(app, config.HOST, config.SPACESHIP_PORT, 'SPACESHIP_PORT');
  return app;
});
