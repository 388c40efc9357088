import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '#common/platform';
import { placeOf, RocketMonitorConfig } from './rocket-monitor.config.js';

const redisUrl = 'redis://127.0.0.1:6379';
const databaseUrl = 'postgres://127.0.0.1:5432/perigee';
const MEMORY = { kind: 'memory' };
const REDIS = { kind: 'redis', url: redisUrl };
const POSTGRES = { kind: 'postgres', url: databaseUrl };

describe('the configuration of the rocket monitor', () => {
  const read = (env: NodeJS.ProcessEnv) => readConfig(RocketMonitorConfig, env);

  it.each([
    [{}, {}, MEMORY],
    [{}, { databaseUrl }, MEMORY],
    [{}, { redisUrl, databaseUrl }, REDIS],
    [{ ROCKET_STORE: '' }, { redisUrl }, REDIS],
    [{ ROCKET_STORE: 'memory' }, { redisUrl, databaseUrl }, MEMORY],
    [{ ROCKET_STORE: 'redis' }, { redisUrl, databaseUrl }, REDIS],
    [{ ROCKET_STORE: 'postgres' }, { redisUrl, databaseUrl }, POSTGRES],
  ])('with %j and %j keeps the rockets there', (env, places, expected) => {
    expect(placeOf(read(env), places)).toEqual(expected);
  });

  it.each([
    ['redis', 'REDIS_URL', { databaseUrl }],
    ['postgres', 'DATABASE_URL', { redisUrl }],
  ])('needs for %s its %s, and says so', (ROCKET_STORE, variable, places) => {
    expect(() => placeOf(read({ ROCKET_STORE }), places)).toThrow(ConfigError);
    expect(() => placeOf(read({ ROCKET_STORE }), places)).toThrow(variable);
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
