import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '#common/platform';
import { SpaceshipConfig } from './spaceship.config.js';

describe('the configuration of the ship', () => {
  it('sends to this machine only unless told otherwise', () => {
    const config = readConfig(SpaceshipConfig, {});

    expect(config.SPACESHIP_TARGETS).toBe('127.0.0.0/8,::1/128');
    expect(config.SPACESHIP_STREAMS_MAX).toBe(10);
    expect(config.SPACESHIP_PORT).toBe(8001);
  });

  it.each(['127.0.0.1', '127.0.0.0/33', 'localhost/8', '::1/129', '10.0.0.0/8,', '10.0.0/8', '/8'])(
    'refuses the targets %j',
    (targets) => {
      const read = (): unknown => readConfig(SpaceshipConfig, { SPACESHIP_TARGETS: targets });

      expect(read).toThrow(ConfigError);
      expect(read).toThrow('SPACESHIP_TARGETS must be networks');
    },
  );

  it('takes several networks', () => {
    const env = { SPACESHIP_TARGETS: '127.0.0.0/8, 10.1.0.0/16, fd00::/8' };

    expect(readConfig(SpaceshipConfig, env).SPACESHIP_TARGETS).toBe(env.SPACESHIP_TARGETS);
  });
});
