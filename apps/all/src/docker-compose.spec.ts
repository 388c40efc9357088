import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseNetworks } from '#common/datagrams';
import { ServicesConfig } from '#common/runtime';
import { MigrateConfig } from '../../../scripts/migrate/migrate.config.js';
import {
  composedServices,
  composeText,
  filledIn,
  readSettings,
} from '../../../test/support/compose-file.js';
import { IngestorConfig } from '../../ingestor/src/ingestor.config.js';
import { RocketMonitorConfig } from '../../rocket-monitor/src/rocket-monitor.config.js';
import { SchedulerConfig } from '../../scheduler/src/scheduler.config.js';
import { SpaceshipConfig } from '../../spaceship/src/spaceship.config.js';

/** Which fields a service's environment may set. */
const CONFIGS: Readonly<Record<string, readonly (new () => object)[]>> = {
  migrate: [MigrateConfig],
  scheduler: [SchedulerConfig, ServicesConfig],
  spaceship: [SpaceshipConfig],
  ingestor: [IngestorConfig, ServicesConfig],
  'rocket-monitor': [RocketMonitorConfig, ServicesConfig],
};
/** What is published, in the container; WIRE's numbers. */
const PORTS: Readonly<Record<string, readonly string[]>> = {
  postgres: [],
  redis: [],
  rabbitmq: ['15672'],
  migrate: [],
  scheduler: ['8000'],
  spaceship: ['8001'],
  ingestor: ['8002', '10015/udp'],
  'rocket-monitor': ['8088'],
  locust: ['8089'],
};

const services = composedServices();
const names = Object.keys(services);
const stays = names.filter((name) => name !== 'migrate');

/** A setting by name: nothing in the file may stand for a secret. */
const variables = (text: string): string[] =>
  [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!);

describe('docker-compose.yml', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'perigee-settings-'));
    file = join(folder, 'deploy', '.env');
    makeSettings();
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function makeSettings(): void {
    execFileSync('sh', ['scripts/deploy.sh', 'settings', file]);
  }

  it('has every part', () => {
    expect(names).toEqual(Object.keys(PORTS));
  });

  it.each(names)('lets %s do no more than it must', (name) => {
    expect(services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: expect.stringMatching(/^(?!root$|0)\w+$/),
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      cpus: expect.any(Number),
      pids_limit: expect.any(Number),
      logging: { options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
    });
    expect(services[name]).not.toHaveProperty('privileged');
    expect(services[name]).not.toHaveProperty('container_name');
    expect(services[name]).not.toHaveProperty('network_mode');
  });

  it.each(stays)('starts %s again, looks after its health and lets it end in order', (name) => {
    expect(services[name]).toMatchObject({
      restart: 'unless-stopped',
      healthcheck: {
        test: expect.any(Array),
        interval: expect.any(String),
        retries: expect.any(Number),
      },
      stop_grace_period: expect.stringMatching(/^\d+s$/),
    });
  });

  it.each(names)('publishes of %s what WIRE names, where the settings say', (name) => {
    const ports = services[name]!.ports ?? [];
    expect(ports.map((port) => port.split(':').at(-1))).toEqual(PORTS[name]);
    for (const port of ports) expect(port).toMatch(/^\$\{PERIGEE_BIND:\?[^}]+\}:/);
  });

  it('asks each app at the port that it listens on, without a program that the image lacks', () => {
    for (const name of ['scheduler', 'spaceship', 'ingestor', 'rocket-monitor']) {
      const { test } = services[name]!['healthcheck'] as { test: readonly string[] };
      const [port] = PORTS[name]!;
      expect(test.slice(0, 3)).toEqual(['CMD', 'node', '-e']);
      expect(test[3]).toContain(`http://127.0.0.1:${port}/health/ready`);
    }
  });

  it('has room for ten ingestors: no port of theirs is fixed', () => {
    for (const port of services['ingestor']!.ports!) {
      const [first, last] = /:(\d+)-(\d+):/.exec(port)!.slice(1).map(Number);
      expect(last! - first!).toBe(9);
    }
  });

  it.each(Object.entries(CONFIGS))('sets nothing of %s that it does not read', (name, Configs) => {
    const read = Configs.flatMap((Config) => Object.keys(new Config()));
    const set = Object.keys(services[name]!.environment ?? {});
    expect(set.filter((variable) => !read.includes(variable))).toEqual([]);
  });

  it('starts programs that there are', () => {
    const entrypoints = JSON.stringify(Object.values(services).map((one) => one.entrypoint));
    const programs = entrypoints.match(/dist\/[\w/-]+(?=\.js)/g) ?? [];
    expect(programs).toHaveLength(2);
    expect(programs.filter((program) => !existsSync(sourceOf(program)))).toEqual([]);
    const chosen = Object.entries(services).filter(([, one]) => one.build && !one.entrypoint);
    for (const [name, { command }] of chosen) expect(command).toEqual([name]);
  });

  it('waits for what there is, and for as much as it says of itself', () => {
    for (const { depends_on = {} } of Object.values(services))
      for (const [name, { condition }] of Object.entries(depends_on as Waits))
        expect(condition).toBe(
          stays.includes(name) ? 'service_healthy' : 'service_completed_successfully',
        );
  });

  it('mounts files that there are', () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const files = mounts.map((mount) => mount.split(':')).filter(([from]) => from!.startsWith('.'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter(([from]) => !existsSync(from!))).toEqual([]);
    expect(files.filter(([, , mode]) => mode !== 'ro')).toEqual([]);
  });

  it('holds no password, and no default for one', () => {
    const urls = composeText().match(/\w+:\/\/[^/\n]*@/g) ?? [];
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(url).toMatch(/^\w+:\/\/[\w-]+:\$\{\w+_PASSWORD:\?[^}]+\}@$/);
    const secrets = Object.values(services)
      .flatMap(({ environment = {} }) => Object.entries(environment))
      .filter(([name]) => /PASS|SECRET|KEY/.test(name));
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{\w+:\?[^}]+\}$/);
    expect(composeText()).not.toMatch(/\$\{\w+:?-/);
  });

  it('finds each of its settings in the file that is made, which nobody else may read', () => {
    const settings = readSettings(file);
    expect(new Set(Object.keys(settings))).toEqual(new Set(variables(composeText())));
    const passwords = Object.entries(settings).filter(([name]) => name.endsWith('_PASSWORD'));
    for (const [, value] of passwords) expect(value).toMatch(/^[0-9a-f]{48}$/);
    expect(new Set(Object.values(settings)).size).toBe(Object.keys(settings).length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(
      parseNetworks(filledIn(services['spaceship']!.environment!['SPACESHIP_TARGETS']!, settings)),
    ).toHaveLength(1);
  });

  it('keeps the settings that there are, and adds what is missing', () => {
    const before = readFileSync(file, 'utf8');
    makeSettings();
    expect(readFileSync(file, 'utf8')).toBe(before);
    writeFileSync(file, 'PERIGEE_BIND=0.0.0.0\n');
    makeSettings();
    expect(readSettings(file)).toMatchObject({
      PERIGEE_BIND: '0.0.0.0',
      POSTGRES_PASSWORD: expect.stringMatching(/^[0-9a-f]{48}$/),
    });
  });

  it.each(['redis', 'rabbitmq'])('gives %s the passwords that its files ask for', (name) => {
    const { environment = {} } = services[name]!;
    const texts = readdirSync(`deploy/${name}`).map((one) =>
      readFileSync(`deploy/${name}/${one}`, 'utf8'),
    );
    expect(new Set(texts.flatMap(variables))).toEqual(new Set(Object.keys(environment)));
  });
});

describe('fill-in.sh', () => {
  const fillIn = (password: string): string =>
    execFileSync('sh', ['deploy/fill-in.sh', 'deploy/redis/users.acl'], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: {
        PATH: process.env['PATH'],
        REDIS_HEALTH_PASSWORD: password,
        REDIS_SCHEDULER_PASSWORD: 'two',
        REDIS_INGESTOR_PASSWORD: 'three-_3',
        REDIS_ROCKET_MONITOR_PASSWORD: 'four',
      },
    });

  it('puts the passwords in, a user a line, and leaves the comments out', () => {
    const lines = fillIn('one')
      .split('\n')
      .filter((line) => line !== '');
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      'default',
      'health',
      'scheduler',
      'ingestor',
      'rocket-monitor',
    ]);
    expect(lines[1]).toContain('>one ');
    expect(lines[3]).toContain('>three-_3 ');
  });

  it.each(['', 'two words', 'a\nuser evil on nopass', '${REDIS_INGESTOR_PASSWORD}', '"'])(
    'refuses %j, which a format might misread',
    (password) => {
      expect(() => fillIn(password)).toThrow('REDIS_HEALTH_PASSWORD must be set');
    },
  );
});

describe('the Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n');

  it('copies what there is', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('ends as a user without rights, and never sees the passwords', () => {
    expect(lines.findLast((line) => line.startsWith('USER'))).toBe('USER node');
    expect(readFileSync('.dockerignore', 'utf8').split('\n')).toContain('**/.env');
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('.env');
  });
});

type Waits = Readonly<Record<string, { readonly condition: string }>>;

const sourceOf = (program: string): string => `${program.replace('dist/', '')}.ts`;
