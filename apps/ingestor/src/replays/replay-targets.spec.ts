import { describe, expect, it } from 'vitest';
import { ReplayTargets } from './replay-targets.js';

describe('targets of replays', () => {
  const targets = new ReplayTargets('127.0.0.0/8,::1/128,192.0.2.0/24', () => [10_015, 41_000]);

  it.each([
    ['127.0.0.1', 10_015],
    ['127.0.0.9', 41_000],
    ['::1', 10_015],
  ])('are not the ports that telemetry is received at: %s, %i', (host, port) => {
    expect(() => targets.admit(host, port)).toThrow('port must not be one that this ingestor');
  });

  it.each([
    ['127.0.0.1', 10_016],
    ['192.0.2.7', 10_015],
  ])('may be others: %s, %i', (host, port) => {
    expect(targets.admit(host, port)).toMatchObject({ host, port });
  });
});
