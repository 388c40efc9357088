import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULTS } from '../scripts/storm/options.js';
import { runStorm } from '../scripts/storm/storm.js';
import { until } from './support/until.js';

const MAIN = 'dist/scripts/storm.js';
const STORM_MS_MAX = 400_000;
/** Small; and patient, since other tests may share the machine. */
const SMALL = {
  ...DEFAULTS,
  contacts: 60,
  seconds: 20,
  kills: 8,
  messages: 2_000,
  restSeconds: 120,
};

let folder: string;

beforeEach(async () => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run \`make build\` first`);
  folder = await mkdtemp(join(tmpdir(), 'perigee-storm-test-'));
});

afterEach(async () => {
  // Helpers of a server that was killed take a moment to notice.
  await until(async () => {
    const left = await processesOf(folder);
    if (left.length > 0) throw new Error(`Left behind: ${left.join('; ')}`);
  });
  await rm(folder, { recursive: true, force: true });
});

describe('a crash storm', () => {
  it(
    'loses no contact, starts none twice or early, tells of all, and leaves nothing over',
    async () => {
      const { signal } = new AbortController();
      const outcome = await runStorm({ ...SMALL, seed: 3 }, { folder, signal });

      expect(outcome.violations).toEqual([]);
      expect(outcome.booked + outcome.unbooked).toBe(SMALL.contacts);
      expect(outcome.booked).toBeGreaterThan(0);
      expect(sumOf(outcome.states)).toBeGreaterThanOrEqual(outcome.booked);
      expect(sumOf(outcome.kills)).toBe(SMALL.kills);
      expect(outcome.rocketMessages).toBeGreaterThanOrEqual(SMALL.messages);
      expect(outcome.series.contacts).toBeGreaterThan(0);
      expect(outcome.told.changes).toBeGreaterThan(outcome.booked);
      expect(outcome.told.calls).toBeGreaterThanOrEqual(outcome.told.changes);
      expect(outcome.told.callsRefused).toBeGreaterThan(0);
    },
    STORM_MS_MAX,
  );

  it(
    'takes all that it has started along when it is called off',
    async () => {
      const env = { PATH: process.env['PATH'], TMPDIR: folder };
      const storm = spawn('node', [MAIN, '--contacts', '20', '--seconds', '300'], { env });
      let said = '';
      storm.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const ended = once(storm, 'exit');
      try {
        await until(() => expect(said).toMatch(/^storm /m), 120_000);
        expect(await processesOf(folder)).not.toEqual([]);
      } finally {
        storm.kill('SIGINT');
      }

      expect(await ended).toEqual([130, null]);
      expect(said).toContain('The storm broke off. Seed 1, folder ');
    },
    STORM_MS_MAX,
  );
});

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** What runs with this folder in its arguments; where there is a /proc, or in its environment. */
async function processesOf(place: string): Promise<string[]> {
  const pids = await readdir('/proc').catch(() => null);
  const found = await (pids ? Promise.all(pids.map(textOf)) : commandLines());
  return found.filter((text) => text.includes(place)).map((text) => text.slice(0, 200));
}

async function textOf(pid: string): Promise<string> {
  const texts = ['cmdline', 'environ'].map((name) =>
    readFile(join('/proc', pid, name), 'utf8').catch(() => ''),
  );
  return (await Promise.all(texts)).join(' ').replaceAll('\0', ' ');
}

async function commandLines(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'command=']);
  return stdout.split('\n');
}
