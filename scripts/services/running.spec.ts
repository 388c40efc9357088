import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOf } from '#common/embedded';
import { launch, type ProcessMark } from './process.js';
import { areAllRunning, endRunning, readRunning, writeRunning } from './running.js';

const URL_OF_IT = 'redis://127.0.0.1:1';
const STOP_MS_MAX = 300;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perigee-running-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const sleeper = (script: string): Promise<ProcessMark> =>
  launch({
    file: process.execPath,
    args: ['-e', `${script}; setInterval(() => undefined, 1000); console.log('up')`],
    env: {},
    folder,
    logFile: join(folder, 'sleeper.log'),
  });

describe('endRunning', () => {
  it('ends all that was noted, also what ignores SIGTERM or is frozen', async () => {
    const polite = await sleeper('');
    const deaf = await sleeper("process.on('SIGTERM', () => undefined)");
    process.kill(polite.pid, 'SIGSTOP');
    await writeRunning(folder, { url: URL_OF_IT, processes: [polite, deaf] });
    expect(await endRunning(folder, STOP_MS_MAX)).toBe(true);
    expect(await Promise.all([polite, deaf].map(({ pid }) => startOf(pid)))).toEqual([null, null]);
    expect(await readRunning(folder)).toBeUndefined();
  });

  it('never signals a process that got the pid of one of ours after a reboot', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    const pid = stranger.pid ?? 0;
    const running = { url: URL_OF_IT, processes: [{ pid, startedAt: '1234.0badb007' }] };
    await writeRunning(folder, running);
    expect(await areAllRunning(running)).toBe(false);
    expect(await endRunning(folder, STOP_MS_MAX)).toBe(false);
    expect(await startOf(pid)).not.toBeNull();
    stranger.kill('SIGKILL');
  });

  it('has nothing to do where nothing was started', async () => {
    expect(await endRunning(join(folder, 'none'), STOP_MS_MAX)).toBe(false);
  });
});

describe('launch', () => {
  it('rejects for a program that does not exist', async () => {
    const missing = { file: join(folder, 'none'), args: [], env: {}, folder };
    const launched = launch({ ...missing, logFile: join(folder, 'log') });
    await expect(launched).rejects.toThrow(/ENOENT/);
  });
});
