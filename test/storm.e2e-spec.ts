import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULTS } from '../scripts/storm/options.js';
import { runStorm } from '../scripts/storm/storm.js';
import { until } from './support/until.js';

const MAIN = 'dist/scripts/storm.js';
const STORM_MS_MAX = 400_000;
/** Small; and patient, since other tests may share the machine. */
const SMALL = { ...DEFAULTS, contacts: 60, seconds: 20, kills: 8, messages: 500, restSeconds: 120 };

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
    'loses no contact, starts none twice or early, and leaves nothing over',
    async () => {
      const { signal } = new AbortController();
      const outcome = await runStorm({ ...SMALL, seed: 3 }, { folder, signal });

      expect(outcome.violations).toEqual([]);
      expect(outcome.booked + outcome.unbooked).toBe(SMALL.contacts);
      expect(outcome.booked).toBeGreaterThan(0);
      expect(sumOf(outcome.states)).toBeGreaterThanOrEqual(outcome.booked);
      expect(sumOf(outcome.kills)).toBe(SMALL.kills);
      expect(outcome.rocketMessages).toBeGreaterThanOrEqual(SMALL.messages);
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
        if (existsSync('/proc/self'))
          expect((await processesOf(folder)).length).toBeGreaterThan(8);
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

/** What runs with this folder in its arguments or its environment; nothing where there is no /proc. */
async function processesOf(place: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const texts = ['cmdline', 'environ'].map((name) =>
        readFile(join('/proc', pid, name), 'utf8').catch(() => ''),
      );
      const [command = '', environment = ''] = await Promise.all(texts);
      return `${command}${environment}`.includes(place) ? [command.replaceAll('\0', ' ')] : [];
    }),
  );
  return found.flat();
}
