import { describe, expect, it } from 'vitest';
import { ReplayTargets } from './replay-targets.js';

describe('targets of replays', () => {
  const targets = new ReplayTargets('127.0.0.0/8,::1/128,192.0.2.0/24', {
    open: () => [10_020, 41_000],
    shared: () => 10_015,
    pool: { first: 41_000, last: 41_255 },
  });

  it.each([
    ['127.0.0.1', 10_015],
    ['127.0.0.1', 10_020],
    ['127.0.0.9', 41_000],
    ['::1', 10_015],
  ])('are not the ports that telemetry is received at: %s, %i', (host, port) => {
    for (const admit of ['admit', 'admitUnasked'] as const)
      expect(() => targets[admit](host, port)).toThrow('port must not be one that this ingestor');
  });

  it.each([
    ['127.0.0.1', 41_255],
    ['::1', 41_001],
  ])('are ports of contacts to come only where somebody asks for it: %s, %i', (host, port) => {
    expect(targets.admit(host, port)).toMatchObject({ host, port });
    expect(() => targets.admitUnasked(host, port)).toThrow('port must not be one that this');
  });

  it.each([
    ['127.0.0.1', 10_016],
    ['127.0.0.1', 41_256],
    ['192.0.2.7', 10_015],
    ['192.0.2.7', 41_255],
  ])('may be others: %s, %i', (host, port) => {
    expect(targets.admit(host, port)).toMatchObject({ host, port });
    expect(targets.admitUnasked(host, port)).toMatchObject({ host, port });
  });
});
