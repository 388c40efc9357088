import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { readPostmasterPid } from './postmaster-pid.js';
import { readRows, writeRow } from './testing/database.js';
import { compileLauncher, LauncherProcess, linkNodeModules } from './testing/launcher-process.js';
import { isAlive } from './testing/processes.js';

describe('startEmbeddedPostgres after a crash of Node', () => {
  let temporary: string;
  let launcher: string;
  let folder: string;
  let processes: LauncherProcess[];

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'perigee-crash-'));
    launcher = join(temporary, 'launcher');
    await compileLauncher(launcher);
    await linkNodeModules(temporary);
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(temporary, 'data-'));
    processes = [];
  });

  afterEach(async () => {
    for (const child of processes) await child.end();
    // A killed launcher leaves a server; one more start and stop clears it away.
    const left = await readPostmasterPid(join(folder, 'cluster'));
    if (!left) return;
    const sweeper = start();
    await sweeper.started();
    await sweeper.end();
  });

  afterAll(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));

  function start(port = 0): LauncherProcess {
    const child = new LauncherProcess(launcher, { folder, port });
    processes.push(child);
    return child;
  }

  it('stops the server that is left behind and takes over its port and rows', async () => {
    const killed = start();
    const before = await killed.started();
    await writeRow(before.url, 'before');
    await killed.end('SIGKILL');
    expect(await isAlive(before.pid)).toBe(true);

    const after = await start(Number(new URL(before.url).port)).started();

    expect(after.url).toBe(before.url);
    expect(await isAlive(before.pid)).toBe(false);
    expect(await readRows(after.url)).toEqual(['before']);
  });

  it('recovers the rows when the server was killed with it', async () => {
    const killed = start();
    const before = await killed.started();
    await writeRow(before.url, 'before');
    process.kill(before.pid, 'SIGKILL');
    await killed.end('SIGKILL');

    const after = await start().started();

    expect(await readRows(after.url)).toEqual(['before']);
  });

  it('makes a new cluster when it was killed while it made the first', async () => {
    const killed = start();
    await until(async () => {
      expect((await readdir(folder)).join(' ')).toContain('cluster.draft');
    });
    await killed.end('SIGKILL');

    const { url } = await start().started();

    await writeRow(url, 'new');
    expect(await readRows(url)).toEqual(['new']);
  });

  it('leaves a folder to its live owner, and names that owner', async () => {
    const owner = start();
    const { url } = await owner.started();
    await writeRow(url, 'before');

    const message = await start().failed();

    expect(message).toContain(`Another Perigee, pid ${owner.pid}, uses ${folder}`);
    expect(await readRows(url)).toEqual(['before']);
  });

  it('takes its server with it when it exits without stop', async () => {
    const child = start();
    const { pid } = await child.started();

    await child.end('SIGUSR2');

    await until(async () => expect(await isAlive(pid)).toBe(false));
  });

  it('keeps Ctrl-C from the server, which the process may still need to drain', async () => {
    const child = start();
    const { url } = await child.started();

    await child.interrupt();

    await writeRow(url, 'drained');
    expect(await readRows(url)).toEqual(['drained']);
  });

  it('leaves no process, no mark and nothing open after stop', async () => {
    const child = start();
    const { pid } = await child.started();

    await child.end('SIGTERM');

    expect(child.exitCode).toBe(0);
    expect(await isAlive(pid)).toBe(false);
    expect((await readdir(folder)).toSorted()).toEqual(['cluster', 'password']);
  });
});
