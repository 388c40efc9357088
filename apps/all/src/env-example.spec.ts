import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ServicesConfig } from '#common/runtime';
import { IngestorConfig } from '../../ingestor/src/ingestor.config.js';
import { RocketMonitorConfig } from '../../rocket-monitor/src/rocket-monitor.config.js';
import { SchedulerConfig } from '../../scheduler/src/scheduler.config.js';
import { SpaceshipConfig } from '../../spaceship/src/spaceship.config.js';

const CONFIGS = [
  ServicesConfig,
  SchedulerConfig,
  SpaceshipConfig,
  IngestorConfig,
  RocketMonitorConfig,
];

describe('.env.example', () => {
  const example = readFileSync('.env.example', 'utf8');
  const listed = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name);

  it('lists every variable that an app reads, and no other', () => {
    const read = new Set(CONFIGS.flatMap((Config) => Object.keys(new Config())));
    expect(new Set(listed)).toEqual(read);
    expect(listed).toHaveLength(read.size);
  });

  it('says the defaults as they are', () => {
    const defaults = Object.assign({}, ...CONFIGS.map((Config) => new Config())) as object;
    for (const [name, value] of Object.entries(defaults)) {
      if (value === undefined || name === 'LOG_FILE') continue;
      expect(example).toMatch(new RegExp(`^# ${name}=${value}(\\s|$)`, 'm'));
    }
  });
});
