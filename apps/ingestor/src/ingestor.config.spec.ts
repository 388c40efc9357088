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

  it.each(['0', '-1', '1.5', '30d', 'for ever', ' ', '36501'])('refuses %j days', (days) => {
    const read = (): unknown => readConfig(IngestorConfig, { TELEMETRY_RETENTION_DAYS: days });

    expect(read).toThrow(ConfigError);
    expect(read).toThrow('TELEMETRY_RETENTION_DAYS');
  });
});
