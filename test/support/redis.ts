import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '../../libs/common/src/embedded/port.js';
import { until } from './until.js';

const HOST = '127.0.0.1';
const READY_MS_MAX = 10_000;

/** As a Redis must be: it keeps what it confirmed, or refuses. */
const DURABLE = { appendonly: 'yes', appendfsync: 'everysec', 'maxmemory-policy': 'noeviction' };
export type RedisSettings = Readonly<Record<string, string>>;

/** A Redis of a test's own, on a free port, with its data in a folder that goes with it. */
export class TestRedis {
  #server: ChildProcess;
  #admin: Redis;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: RedisSettings,
  ) {}

  static async start(settings: RedisSettings = {}): Promise<TestRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'perigee-redis-'));
    const redis = new TestRedis(await findFreePort(), folder, { ...DURABLE, ...settings });
    await redis.restart();
    return redis;
  }

  get url(): string {
    return `redis://${HOST}:${this.port}`;
  }

  /** A connection for the test itself. */
  get admin(): Redis {
    return this.#admin;
  }

  /** Starts it again where it was, with what it kept. */
  async restart(): Promise<void> {
    const options = { save: '', ...this.settings, bind: HOST, port: String(this.port) };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    this.#server = spawn('redis-server', args, { cwd: this.folder, stdio: 'ignore' });
    await once(this.#server, 'spawn');
    this.#admin = new Redis(this.url, { maxRetriesPerRequest: null });
    this.#admin.on('error', () => undefined);
    await until(async () => expectPong(await this.#admin.ping()), READY_MS_MAX);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  freeze(): void {
    this.#server.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.#end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#admin.disconnect();
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    this.#server.kill(signal);
    await ended;
  }
}

function expectPong(answer: string): void {
  if (answer !== 'PONG') throw new Error(`Redis answers ${answer}`);
}
