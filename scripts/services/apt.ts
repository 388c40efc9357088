import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf, ignoring } from '#common/embedded';
import { findProgram } from './programs.js';

const OS_RELEASE = '/etc/os-release';
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_MARK = '# Made by Perigee for one apt-get install.';
/** What Debian's policy says by exit code: the action is forbidden. */
const POLICY_FORBIDS = 101;
const POLICY_MS_MAX = 10_000;
const INSTALL_MS_MAX = 600_000;
const LOCK_SECONDS_MAX = 120;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
const TAIL_CHARACTERS_MAX = 2_000;

const run = promisify(execFile);

/** Root, on Debian or what is made from it. */
export async function canInstall(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const release = await readFile(OS_RELEASE, 'utf8').catch(ignoring('ENOENT'));
  return isDebian(release ?? '') && (await findProgram('apt-get')) !== undefined;
}

/** By ID and ID_LIKE of os-release(5). */
export function isDebian(release: string): boolean {
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)];
  return ids.some(([, words = '']) => /\b(debian|ubuntu)\b/.test(words));
}

/**
 * Installs packages without starting what they bring: their own servers on the standard ports are
 * none of our business.
 */
export async function install(
  packages: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const args = ['install', '--yes', '--no-install-recommends', ...packages];
  log(`Installing ${packages.join(' and ')}: apt-get ${args.join(' ')} …`);
  await withoutStarting(async () => {
    // Old lists name packages that are gone; a fresh machine has no lists at all.
    await aptGet(args).catch(async () => {
      log('Reading the lists of packages first: apt-get update …');
      await aptGet(['update']);
      await aptGet(args);
    });
  });
  log(`Installed ${packages.join(' and ')}; their own services were not started.`);
}

async function aptGet(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const options = ['-o', `DPkg::Lock::Timeout=${LOCK_SECONDS_MAX}`];
  const limits = { env, timeout: INSTALL_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX };
  try {
    // In a session of its own: Ctrl-C must not tear an installation in the middle.
    await run('setsid', ['--wait', 'apt-get', ...options, ...args], limits);
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    const tail = `${stdout}${stderr}`.slice(-TAIL_CHARACTERS_MAX);
    throw new Error(`apt-get ${args.join(' ')} failed:\n${tail}`, { cause });
  }
}

/** The way that Debian has for this: a program that packages ask before they start a service. */
async function withoutStarting(work: () => Promise<void>): Promise<void> {
  const isOurs = await makePolicy();
  try {
    await work();
  } finally {
    if (isOurs) await rm(POLICY, { force: true });
  }
}

/** False when the machine has a policy of its own, which must forbid the start as well. */
async function makePolicy(): Promise<boolean> {
  const policy = `#!/bin/sh\n${POLICY_MARK}\nexit ${POLICY_FORBIDS}\n`;
  const found = await readFile(POLICY, 'utf8').catch(ignoring('ENOENT'));
  // A run that was killed may have left ours behind.
  if (found?.includes(POLICY_MARK)) return true;
  if (found === undefined) {
    await writeFile(POLICY, policy, { mode: 0o755, flag: 'wx' });
    return true;
  }
  if (await forbidsStart()) return false;
  throw new Error(`${POLICY} lets packages start their servers: install them yourself.`);
}

async function forbidsStart(): Promise<boolean> {
  const asked = run(POLICY, ['redis-server', 'start'], { timeout: POLICY_MS_MAX });
  return asked.then(
    () => false,
    (fault: unknown) => Number(codeOf(fault)) === POLICY_FORBIDS,
  );
}
