import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFreePorts } from './ports.js';
import { ensureSettings, readPassword, readSettings } from './settings.js';

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'perigee-settings-')), 'redis');
});

afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

describe('ensureSettings', () => {
  it('keeps the password and the ports from one start to the next', async () => {
    const first = await ensureSettings(folder, 4);
    expect(first.ports).toHaveLength(4);
    expect(await ensureSettings(folder, 4)).toEqual(first);
    expect(await readSettings(folder)).toEqual(first);
  });

  it('lets nobody else read them', async () => {
    await ensureSettings(folder, 1);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'settings.json'))).mode & 0o777).toBe(0o600);
  });

  it('keeps the password but not a port that somebody has taken since', async () => {
    const first = await ensureSettings(folder, 1);
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(first.ports[0], '127.0.0.1', done));
    const second = await ensureSettings(folder, 1);
    expect(second.password).toBe(first.password);
    expect(second.ports).not.toEqual(first.ports);
    await expect(ensureSettings(folder, 1, first.ports[0])).rejects.toThrow(/is taken/);
    await new Promise((done) => taken.close(done));
  });

  it('takes the port that is asked for', async () => {
    const [wanted = 0] = await findFreePorts(1);
    expect((await ensureSettings(folder, 3, wanted)).ports[0]).toBe(wanted);
  });
});

describe('readPassword', () => {
  it('knows none where nothing was started', async () => {
    expect(await readPassword(folder)).toBeUndefined();
  });

  it('reads the one of the PostgreSQL launcher before that of the settings', async () => {
    const { password } = await ensureSettings(folder, 1);
    expect(await readPassword(folder)).toBe(password);
    await writeFile(join(folder, 'password'), 'of the cluster\n');
    expect(await readPassword(folder)).toBe('of the cluster');
  });
});
