import { describe, expect, it } from 'vitest';
import { readConfig } from '#common/platform';
import { ServicesConfig } from './services.config.js';

describe('the configuration of services', () => {
  it.each(['redis://127.0.0.1:6379', 'rediss://user:secret@redis.example:6380/0'])(
    'takes %s for a Redis',
    (REDIS_URL) => {
      expect(readConfig(ServicesConfig, { REDIS_URL })).toMatchObject({ REDIS_URL });
    },
  );

  it.each(['127.0.0.1:6379', 'http://:secret@host', 'redis://'])(
    'refuses %s as a Redis, and does not repeat it',
    (REDIS_URL) => {
      const read = (): unknown => readConfig(ServicesConfig, { REDIS_URL });
      expect(read).toThrow('REDIS_URL must begin with redis:// or rediss://');
      expect(read).not.toThrow('secret');
    },
  );
});
