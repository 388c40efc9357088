import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './index.js';
import { isAlive } from './testing/processes.js';
import { query, readRows, setting, writeRow } from './testing/database.js';

describe('startEmbeddedPostgres', () => {
  let temporary: string;
  let folder: string;
  let started: EmbeddedPostgres[];

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'perigee-embedded-'));
    // The space is on purpose: initdb passes its folder through a shell.
    folder = join(temporary, 'some data', 'postgres');
    started = [];
  });

  afterEach(async () => {
    for (const postgres of started) await postgres.stop();
    await rm(temporary, { recursive: true, force: true });
  });

  async function start(more: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ folder, port: 0, ...more });
    started.push(postgres);
    return postgres;
  }

  async function kill(postgres: EmbeddedPostgres): Promise<void> {
    const pid = postgres.pid();
    process.kill(pid, 'SIGKILL');
    await until(() => expect(postgres.pid()).not.toBe(pid), 10_000);
  }

  it('keeps rows over stop and start', async () => {
    const first = await start();
    await writeRow(first.url, 'before');
    await first.stop();

    const second = await start({ port: Number(new URL(first.url).port) });

    expect(second.url).toBe(first.url);
    expect(await readRows(second.url)).toEqual(['before']);
  });

  it('makes a durable UTF-8 cluster that only its password opens, on loopback only', async () => {
    const { url } = await start();
    const withoutPassword = new URL(url);
    withoutPassword.password = 'guessed';

    expect(await setting(url, 'server_encoding')).toBe('UTF8');
    expect(
      await query(url, 'select datcollate from pg_database where datname = current_database()'),
    ).toEqual([{ datcollate: 'C' }]);
    expect(await setting(url, 'fsync')).toBe('on');
    expect(await setting(url, 'listen_addresses')).toBe('127.0.0.1');
    expect(await setting(url, 'unix_socket_directories')).toBe('');
    expect((await stat(join(folder, 'cluster'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
    await expect(query(withoutPassword.href, 'select 1')).rejects.toThrow(/authentication failed/);
  });

  it('starts a killed server again on the same port, with all rows', async () => {
    const postgres = await start();
    await writeRow(postgres.url, 'before');

    await kill(postgres);

    await until(async () => expect(await readRows(postgres.url)).toEqual(['before']), 10_000);
  });

  it('gives up on a server that keeps ending, and says so once', async () => {
    const faults: Error[] = [];
    const postgres = await start({ onFatal: (fault) => faults.push(fault) });

    for (let restarts = 0; restarts < 5; restarts += 1) await kill(postgres);
    process.kill(postgres.pid(), 'SIGKILL');
    await until(() => expect(faults).toHaveLength(1));
    await postgres.stop();

    expect(faults.map(String).join('\n')).toMatch(/stays down after 5 restarts within a minute/);
  });

  it('stops for good while it is about to start a killed server again', async () => {
    const postgres = await start();
    const { port } = new URL(postgres.url);
    const pid = postgres.pid();
    process.kill(pid, 'SIGKILL');
    await until(async () => expect(await isAlive(pid)).toBe(false));

    await Promise.all([postgres.stop(), postgres.stop()]);

    expect(await readdir(folder)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^owner/)]),
    );
    await expect(start({ port: Number(port) })).resolves.toBeDefined();
  });

  it('leaves a foreign program on the port alone, and the folder without a cluster', async () => {
    const foreign = createServer().listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    const { port } = foreign.address() as AddressInfo;

    const attempt = start({ port });

    await expect(attempt).rejects.toThrow(
      new RegExp(`Port ${port} .* taken .*EMBEDDED_POSTGRES_PORT`),
    );
    expect(foreign.listening).toBe(true);
    expect(await readdir(folder)).toEqual([]);
    foreign.close();
  });

  it('serves two folders at once, each on a free port', async () => {
    const [one, other] = await Promise.all([start(), start({ folder: join(temporary, 'other') })]);

    expect(one.url).not.toBe(other.url);
    expect(await query(one.url, 'select 1 one')).toEqual([{ one: 1 }]);
    expect(await query(other.url, 'select 1 one')).toEqual([{ one: 1 }]);
  });

  it('lets only one of two at the same moment have a folder', async () => {
    const attempts = await Promise.allSettled([start(), start()]);

    const statuses = attempts.map(({ status }) => status).toSorted();
    expect(statuses).toEqual(['fulfilled', 'rejected']);
  });

  it('passes over a cluster that was never finished', async () => {
    const draft = join(folder, 'cluster.draft-1');
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, 'PG_VERSION'), '18\n');

    const { url } = await start();

    await writeRow(url, 'new');
    expect(await readRows(url)).toEqual(['new']);
    expect(await readdir(folder)).not.toContain('cluster.draft-1');
  });

  it('is not misled by a stale lock file whose pid is an unrelated process now', async () => {
    const postgres = await start();
    await writeRow(postgres.url, 'before');
    await postgres.stop();
    const unrelated = spawn('sleep', ['60'], { stdio: 'ignore' });
    const lockFile = join(folder, 'cluster', 'postmaster.pid');
    await writeFile(lockFile, `${unrelated.pid}\n${folder}\n1700000000\n5432\n\n127.0.0.1\n`);

    const again = await start();

    expect(await readRows(again.url)).toEqual(['before']);
    expect(await isAlive(unrelated.pid ?? 0)).toBe(true);
    unrelated.kill();
  });

  it('shows the end of the log when the server does not start', async () => {
    const postgres = await start();
    await postgres.stop();
    await rm(join(folder, 'cluster', 'global', 'pg_control'));

    await expect(start()).rejects.toThrow(/did not start[\s\S]*pg_control/);
  });
});
