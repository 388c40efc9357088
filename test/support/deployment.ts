import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findFreePort } from '../../libs/common/src/embedded/port.js';
import { startPostgresql } from '../../scripts/services/postgresql.js';
import { type RabbitmqService, startRabbitmq } from '../../scripts/services/rabbitmq.js';
import { askRedisFor } from '../../scripts/services/redis-question.js';
import type { Service } from '../../scripts/services/service.js';
import { ensureSettings } from '../../scripts/services/settings.js';
import { AppProcess } from './app-process.js';
import { composedServices, filledIn, readSettings } from './compose-file.js';
import { until } from './until.js';

const LOOPBACK = '127.0.0.1';
const MIGRATE = 'dist/scripts/migrate.js';
const STEP_MS_MAX = 120_000;

const run = promisify(execFile);

/**
 * What docker-compose.yml describes, without containers: real servers that are set up by the files in
 * deploy/, and the apps as processes with the very environment of their service there. Only the
 * addresses are others.
 */
export class Deployment {
  settings: Record<string, string> = {};
  rabbitmq: RabbitmqService;
  readonly apps = new Map<string, AppProcess>();
  readonly #services = composedServices();
  /** What a name of the compose network is called here. */
  readonly #addresses = new Map<string, string>();
  readonly #stops: (() => Promise<unknown>)[] = [];

  private constructor(readonly folder: string) {}

  /** The servers and the database; no app yet. */
  static async make(): Promise<Deployment> {
    if (!existsSync(MIGRATE)) throw new Error(`${MIGRATE} is missing: run \`make build\` first`);
    const made = new Deployment(await mkdtemp(join(tmpdir(), 'perigee-deploy-')));
    try {
      await made.#makeSettings();
      await Promise.all([made.#startPostgresql(), made.#startRedis(), made.#startRabbitmq()]);
      await made.migrate();
      return made;
    } catch (fault) {
      await made.end();
      throw fault;
    }
  }

  /** The environment of a service, as the engine would give it. */
  environmentOf(service: string): Record<string, string> {
    const given = Object.entries(this.#services[service]?.environment ?? {});
    return Object.fromEntries(
      given.map(([name, value]) => [name, this.#here(filledIn(value, this.settings))]),
    );
  }

  async migrate(): Promise<string> {
    const env = { PATH: process.env['PATH'], ...this.environmentOf('migrate') };
    return (await run('node', [MIGRATE], { env, timeout: STEP_MS_MAX })).stdout;
  }

  /** Starts an app on a free port; what compose publishes is for others to use. */
  async start(app: string): Promise<AppProcess> {
    const started = await this.startAnother(app);
    this.apps.set(app, started);
    this.#addresses.set(`${app}:${this.#publicPort(app)}`, new URL(started.url).host);
    return started;
  }

  /** One more of an app. @param given settings that its operator has changed */
  async startAnother(app: string, given: Record<string, string> = {}): Promise<AppProcess> {
    const { entrypoint = ['node', `dist/apps/${app}/src/main.js`] } = this.#services[app]!;
    const env = {
      PATH: process.env['PATH'],
      // The engine gives each container its name; here the address stands for it.
      HOSTNAME: LOOPBACK,
      ...this.environmentOf(app),
      [`${app.toUpperCase().replace('-', '_')}_PORT`]: '0',
      INGESTOR_UDP_PORT: '0',
      ...given,
    };
    const command = entrypoint.map((word) => filledIn(word, this.settings));
    const started = await AppProcess.start(app, command, env);
    this.#stops.unshift(() => started.end('SIGKILL'));
    return started;
  }

  /** @param app in letters and _; without one it is the superuser's */
  databaseUrl(app?: string): string {
    const url = new URL(`postgres://${this.#addresses.get('postgres:5432')}/perigee`);
    const name = app === undefined ? 'POSTGRES' : `POSTGRES_${app.toUpperCase()}`;
    url.username = app === undefined ? 'postgres' : `perigee_${app}`;
    url.password = this.settings[`${name}_PASSWORD`]!;
    return url.href;
  }

  async database(app?: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.databaseUrl(app) });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** The output of all apps: for a test that failed, and for words that must not be in it. */
  output(): string {
    return [...this.apps.values()].map(({ name, output }) => `${name}:\n${output}`).join('\n');
  }

  async end(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** By the script that `make deploy` runs; only what cannot be here is changed. */
  async #makeSettings(): Promise<void> {
    const file = join(this.folder, '.env');
    await run('sh', ['scripts/deploy.sh', 'settings', file], { timeout: STEP_MS_MAX });
    const rabbitmq = await ensureSettings(join(this.folder, 'rabbitmq'), 4);
    this.settings = {
      ...readSettings(file),
      PERIGEE_NETWORK: `${LOOPBACK}/8`,
      RABBITMQ_OPERATOR_PASSWORD: rabbitmq.password,
    };
  }

  /** As its image makes it: a superuser `postgres` and an empty database. */
  async #startPostgresql(): Promise<void> {
    const service = await startPostgresql({ folder: join(this.folder, 'postgresql') });
    this.#note('postgres:5432', service);
    const admin = new pg.Client({ connectionString: service.url });
    await admin.connect();
    try {
      const { rows } = await admin.query("SELECT FROM pg_roles WHERE rolname = 'postgres'");
      if (rows.length === 0) await admin.query('CREATE ROLE postgres SUPERUSER LOGIN');
      const password = pg.escapeLiteral(this.settings['POSTGRES_PASSWORD']!);
      await admin.query(`ALTER ROLE postgres PASSWORD ${password}`);
      await admin.query('CREATE DATABASE perigee');
    } finally {
      await admin.end();
    }
  }

  /** By the script that the container starts. */
  async #startRedis(): Promise<void> {
    const folder = join(this.folder, 'redis');
    await mkdir(folder);
    const port = await findFreePort();
    const args = [resolve('deploy/redis/start.sh'), '--port', String(port), '--bind', LOOPBACK];
    const env = { PATH: process.env['PATH'], TMPDIR: folder, ...this.environmentOf('redis') };
    const server = spawn('sh', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    server.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    this.#stops.push(async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    });
    this.#addresses.set('redis:6379', `${LOOPBACK}:${port}`);
    const url = this.redisUrl('health');
    await until(async () => {
      if (server.exitCode !== null) return;
      const answer = await askRedisFor(url, ['PING']);
      if (!answer.includes('+PONG')) throw new Error(answer);
    }, STEP_MS_MAX);
    if (server.exitCode !== null) throw new Error(`Redis ended: ${output}`);
  }

  redisUrl(user: string): string {
    const password = this.settings[`REDIS_${user.toUpperCase().replace('-', '_')}_PASSWORD`];
    return `redis://${user}:${password}@${this.#addresses.get('redis:6379')}`;
  }

  /** @param user an app's, or `perigee` for the operator's */
  rabbitUrl(user: string): string {
    const who = user === 'perigee' ? 'OPERATOR' : user.toUpperCase().replace('-', '_');
    const password = this.settings[`RABBITMQ_${who}_PASSWORD`];
    return `amqp://${user}:${password}@${this.#addresses.get('rabbitmq:5672')}`;
  }

  /** With the definitions and the settings of the container. */
  async #startRabbitmq(): Promise<void> {
    const folder = join(this.folder, 'rabbitmq');
    const env = { PATH: process.env['PATH'], ...this.environmentOf('rabbitmq') };
    const fillIn = ['deploy/fill-in.sh', 'deploy/rabbitmq/definitions.json'];
    const { stdout } = await run('sh', fillIn, { env, timeout: STEP_MS_MAX });
    const definitions = join(folder, 'definitions.json');
    await writeFile(definitions, stdout, { mode: 0o600 });
    const lines = readFileSync('deploy/rabbitmq/rabbitmq.conf', 'utf8').matchAll(
      /^([\w.]+) = (.*)$/gm,
    );
    const settings = Object.fromEntries(
      [...lines].map(([, name = '', value = '']) => [name, value]),
    );
    this.rabbitmq = await startRabbitmq({
      folder,
      plugins: ['rabbitmq_management'],
      settings: { ...settings, load_definitions: definitions },
    });
    this.#note('rabbitmq:5672', this.rabbitmq);
  }

  #note(name: string, service: Service): void {
    this.#addresses.set(name, new URL(service.url).host);
    this.#stops.push(() => service.stop());
  }

  #here(text: string): string {
    let here = text;
    for (const [name, address] of this.#addresses) here = here.replace(name, address);
    return here;
  }

  #publicPort(app: string): string {
    const port = /(\d+)(?:\/udp)?$/.exec(this.#services[app]?.ports?.[0] ?? '')?.[1];
    return port ?? '';
  }
}
