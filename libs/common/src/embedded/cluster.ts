import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { syncFolder } from './folders.js';
import type { RunAs } from './run-as.js';
import { ignoring } from './system-fault.js';

export interface Cluster {
  readonly dataFolder: string;
  readonly password: string;
}

export const SUPERUSER = 'perigee';

const DRAFT_PREFIX = 'cluster.draft-';
const INITDB_MS = 120_000;
const PASSWORD_BYTES = 24;

export function dataFolderIn(home: string): string {
  return join(home, 'cluster');
}

/**
 * Opens the cluster, or makes one. Needs the ownership of the folder. A new cluster gets its name only
 * when it is whole: a crash in between leaves a draft, which the next start removes.
 */
export async function ensureCluster(runAs: RunAs, log: (line: string) => void): Promise<Cluster> {
  const dataFolder = dataFolderIn(runAs.home);
  const isMade = await hasFiles(dataFolder);
  const password = isMade ? await readPassword(runAs.home) : await makePassword(runAs);
  if (isMade) {
    await runAs.give(dataFolder);
  } else {
    log(`Making a PostgreSQL cluster in ${dataFolder}.`);
    await makeCluster(runAs, dataFolder);
  }
  return { dataFolder, password };
}

async function makeCluster(runAs: RunAs, dataFolder: string): Promise<void> {
  await removeDrafts(runAs.home);
  const draft = join(runAs.home, `${DRAFT_PREFIX}${process.pid}`);
  const initdb = runAs.command('initdb', [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFileIn(runAs.home)}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ]);
  const { succeeded, output } = await runCommand(initdb, INITDB_MS);
  if (!succeeded) throw new Error(`PostgreSQL could not make a cluster in ${draft}:\n${output}`);
  await rename(draft, dataFolder);
  await syncFolder(runAs.home);
}

/** A draft's initdb may outlive its Node process for a moment; what it still writes goes next time. */
async function removeDrafts(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue;
    const remove = rm(join(home, name), { recursive: true, force: true, maxRetries: 3 });
    await remove.catch(ignoring('ENOTEMPTY', 'EBUSY'));
  }
}

/** Before the cluster, never after it: a cluster without its password is of no use. */
async function makePassword(runAs: RunAs): Promise<string> {
  const file = passwordFileIn(runAs.home);
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  await rm(file, { force: true });
  await writeFile(file, `${password}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await runAs.give(file);
  return password;
}

async function readPassword(home: string): Promise<string> {
  const file = passwordFileIn(home);
  const password = await readFile(file, 'utf8').catch(ignoring('ENOENT'));
  if (password?.trim()) return password.trim();
  throw new Error(`The password of the PostgreSQL cluster is missing: ${file}. Put it back.`);
}

function passwordFileIn(home: string): string {
  return join(home, 'password');
}

async function hasFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(ignoring('ENOENT'));
  return names !== undefined && names.length > 0;
}
