import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '#common/platform';
import { redisUrlOf, RocketMonitorConfig } from './rocket-monitor.config.js';

const URL = 'redis://127.0.0.1:6379';

describe('the configuration of the rocket monitor', () => {
  const read = (env: NodeJS.ProcessEnv) => readConfig(RocketMonitorConfig, env);

  it.each([
    [{}, undefined, null],
    [{}, URL, URL],
    [{ ROCKET_STORE: '' }, URL, URL],
    [{ ROCKET_STORE: 'memory' }, URL, null],
    [{ ROCKET_STORE: 'redis' }, URL, URL],
  ])('with %j and REDIS_URL %s keeps the rockets at %s', (env, redisUrl, expected) => {
    expect(redisUrlOf(read(env), redisUrl)).toBe(expected);
  });

  it('needs REDIS_URL for Redis, and says so', () => {
    expect(() => redisUrlOf(read({ ROCKET_STORE: 'redis' }), undefined)).toThrow(ConfigError);
    expect(() => redisUrlOf(read({ ROCKET_STORE: 'redis' }), undefined)).toThrow('REDIS_URL');
  });

  it.each(['bull', 'bull:rockets:', 'a b', 'x'.repeat(65)])('refuses the prefix "%s"', (prefix) => {
    expect(() => read({ REDIS_PREFIX: prefix })).toThrow('REDIS_PREFIX');
  });

  it.each(['', 'rockets:', '{perigee}:', 'bullet:'])('takes the prefix "%s"', (prefix) => {
    expect(read({ REDIS_PREFIX: prefix }).REDIS_PREFIX).toBe(prefix);
  });

  it('knows no other store', () => {
    expect(() => read({ ROCKET_STORE: 'disk' })).toThrow('ROCKET_STORE');
  });
});
