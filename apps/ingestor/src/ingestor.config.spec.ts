import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '#common/platform';
import { IngestorConfig } from './ingestor.config.js';

describe('the configuration of the ingestor', () => {
  it('keeps samples for ever unless told otherwise', () => {
    expect(readConfig(IngestorConfig, {}).TELEMETRY_RETENTION_DAYS).toBeUndefined();
    const env = { TELEMETRY_RETENTION_DAYS: '' };
    expect(readConfig(IngestorConfig, env).TELEMETRY_RETENTION_DAYS).toBeUndefined();
  });

  it.each(['1', '30', '36500'])('keeps them for %s days', (days) => {
    const env = { TELEMETRY_RETENTION_DAYS: days };
    expect(readConfig(IngestorConfig, env).TELEMETRY_RETENTION_DAYS).toBe(Number(days));
  });

  it('takes a secret of 32 characters or more, as it is', () => {
    for (const secret of ['x'.repeat(32), '7'.repeat(64)])
      expect(readConfig(IngestorConfig, { TELEMETRY_SECRET: secret }).TELEMETRY_SECRET).toBe(
        secret,
      );
    expect(readConfig(IngestorConfig, { TELEMETRY_SECRET: '' }).TELEMETRY_SECRET).toBeUndefined();
  });

  it('refuses a shorter one without telling it', () => {
    const read = (): unknown => readConfig(IngestorConfig, { TELEMETRY_SECRET: 'not-long-enough' });

    expect(read).toThrow('TELEMETRY_SECRET must be longer than or equal to 32 characters');
    expect(read).not.toThrow('not-long-enough');
  });

  it.each(['0', '-1', '1.5', '30d', 'for ever', ' ', '36501'])('refuses %j days', (days) => {
    const read = (): unknown => readConfig(IngestorConfig, { TELEMETRY_RETENTION_DAYS: days });

    expect(read).toThrow(ConfigError);
    expect(read).toThrow('TELEMETRY_RETENTION_DAYS');
  });

  it('takes the times that telemetry may be from, as instants in their order', () => {
    const env = {
      TELEMETRY_EARLIEST: '1970-01-01T00:00:00Z',
      TELEMETRY_LATEST: '1970-01-02T00:00:00+01:00',
    };
    expect(readConfig(IngestorConfig, env)).toMatchObject(env);
  });

  it.each([
    [{ TELEMETRY_EARLIEST: '2026' }, 'TELEMETRY_EARLIEST must be an ISO 8601 time'],
    [{ TELEMETRY_LATEST: '2026-01-01T00:00:00' }, 'TELEMETRY_LATEST must be an ISO 8601 time'],
    [
      { TELEMETRY_EARLIEST: '2100-01-01T00:00:00Z' },
      'TELEMETRY_LATEST must be after TELEMETRY_EARLIEST',
    ],
    [
      { TELEMETRY_LATEST: '1999-12-31T00:00:00Z' },
      'TELEMETRY_LATEST must be after TELEMETRY_EARLIEST',
    ],
  ])('refuses the times %j', (env, fault) => {
    expect(() => readConfig(IngestorConfig, env)).toThrow(fault);
  });
});
