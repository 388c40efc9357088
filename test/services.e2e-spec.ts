import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOf } from '#common/embedded';
import { ASK } from '../scripts/services/ask.js';
import { SERVICE_NAMES, SERVICES } from '../scripts/services/service.js';
import { until } from './support/until.js';

const MAIN = 'dist/scripts/services.js';
const START_MS_MAX = 120_000;

let folder: string;

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run \`make build\` first`);
  folder = join(await mkdtemp(join(tmpdir(), 'perigee-cli-')), 'services');
});

afterAll(async () => {
  await services('down');
  await rm(join(folder, '..'), { recursive: true, force: true });
}, START_MS_MAX);

describe('services up, status, down', () => {
  it(
    'starts, finds again, survives deaths and a second start, and stops all of it',
    async () => {
      const first = await services('up');
      expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^(export .*\n){3}$/) });
      const urls = urlsOf(first.stdout);
      for (const name of SERVICE_NAMES) await ASK[name](urls[SERVICES[name].variable] ?? '');
      expect(await services('status')).toMatchObject({ code: 0 });

      // A shell that has run the lines of the first asks again, while a service is dead.
      process.kill(await pidOf('redis'), 'SIGKILL');
      expect(await services('status')).toMatchObject({ code: 1 });
      const second = await services('up', urls);
      expect(second).toMatchObject({ code: 0, stdout: first.stdout });
      expect(second.stderr).toMatch(/PostgreSQL runs already.*Starting Redis …/s);

      const left = await pidsOf(folder);
      // Its keeper dies without a word: the server is left alone, and is stopped all the same.
      process.kill(await pidOf('postgresql'), 'SIGKILL');
      await ASK.postgresql(urls['DATABASE_URL'] ?? '');
      const stopped = await services('down');
      expect(stopped).toMatchObject({ code: 0 });
      expect(stopped.stderr.match(/is stopped/g)).toHaveLength(3);
      for (const pid of left) expect(await startOf(pid)).toBeNull();
      await until(() => expect(ASK.postgresql(urls['DATABASE_URL'] ?? '')).rejects.toThrow(/./));
      expect(await services('down')).toMatchObject({ code: 0 });
    },
    START_MS_MAX,
  );

  it('keeps its passwords to itself', async () => {
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  });

  it('uses what is given, and says when nobody answers there', async () => {
    const given = Object.fromEntries(
      SERVICE_NAMES.map((name) => [
        SERVICES[name].variable,
        process.env[`TEST_${SERVICES[name].variable}`] ?? '',
      ]),
    );
    const used = await services('up', given);
    expect(urlsOf(used.stdout)).toEqual(given);
    expect(used.stderr.match(/is set: .* is not started/g)).toHaveLength(3);

    const wrong = await services('up', { ...given, REDIS_URL: 'redis://:secret@127.0.0.1:1' });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(
      /Redis does not answer at the address in REDIS_URL: .*ECONNREFUSED/,
    );
    expect(wrong.stderr).not.toContain('secret');
  });

  it('explains itself', async () => {
    expect(await services('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--folder'),
    });
    expect(await services('sideways')).toMatchObject({ code: 2, stdout: '' });
  });
});

interface Outcome {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of the tests must not be taken for services that are given. */
function services(command: string, urls: Record<string, string> = {}): Promise<Outcome> {
  const env = { PATH: process.env['PATH'], ...urls };
  return new Promise((done) => {
    execFile('node', [MAIN, command, '--folder', folder], { env }, (fault, stdout, stderr) =>
      done({ code: fault?.code ?? 0, stdout, stderr }),
    );
  });
}

function urlsOf(lines: string): Record<string, string> {
  return Object.fromEntries(
    [...lines.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, a, b]) => [a, b]),
  );
}

async function pidOf(name: string): Promise<number> {
  const text = await readFile(join(folder, name, 'running.json'), 'utf8');
  return (JSON.parse(text) as { processes: { pid: number }[] }).processes[0]?.pid ?? 0;
}

async function pidsOf(inFolder: string): Promise<readonly number[]> {
  const names = (await readdir(inFolder)).filter((name) =>
    SERVICE_NAMES.some((one) => one === name),
  );
  return Promise.all(names.map(pidOf));
}
