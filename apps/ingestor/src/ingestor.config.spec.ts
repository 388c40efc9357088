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
});
