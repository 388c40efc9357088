import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { copyBinaries, linkLibraries, USE_YOUR_OWN } from './binaries.js';
import { runCommand, type Command } from './command.js';
import { giveTree, makeFolder } from './folders.js';

/** Who runs the server, with which binaries, and where its files are. */
export interface RunAs {
  /** The folder that was asked for, or a replacement that the server's user can reach. */
  readonly home: string;
  command(program: 'initdb' | 'postgres', args: readonly string[]): Command;
  /** Hands a file or folder that this process made to the user that the server's files belong to. */
  give(path: string): Promise<void>;
}

interface Identity {
  readonly fileUserId: number | undefined;
  wrap(file: string, args: readonly string[]): Command;
}

const NOBODY = 65_534;
const PROBE_MS = 10_000;

const MYSELF: Identity = { fileUserId: undefined, wrap: (file, args) => ({ file, args }) };

/**
 * PostgreSQL refuses root, and initdb refuses a user id without a name. Inside a user namespace either
 * is seen as nobody, while the rights to files, the pid and the signals stay what they were.
 */
const IN_NAMESPACE: Identity = {
  fileUserId: process.getuid?.(),
  wrap: (file, args) => ({
    file: 'unshare',
    args: ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--', file, ...args],
  }),
};

const AS_NOBODY: Identity = {
  fileUserId: NOBODY,
  wrap: (file, args) => ({ file, args, uid: NOBODY, gid: NOBODY }),
};

/** Finds a way to run PostgreSQL as the current user, whoever that is, and prepares the folder. */
export async function prepareRunAs(
  packaged: string,
  folder: string,
  log: (line: string) => void,
): Promise<RunAs> {
  await makeFolder(folder);
  const native = (await linkLibraries(packaged)) ? packaged : await copyBinaries(packaged, folder);
  await assertRunsHere(native);
  if (!isRoot() && hasName()) return settle(MYSELF, native, folder);

  const inNamespace = await isUsable(IN_NAMESPACE, native, folder);
  if (inNamespace) return settle(IN_NAMESPACE, native, folder);
  if (isRoot()) return asNobody(native, folder, log);
  const reason = `PostgreSQL needs a user with a name, and user id ${process.getuid?.()} has none.`;
  throw new Error(`${reason} Add it to /etc/passwd, or: ${USE_YOUR_OWN}`);
}

/** They do not, for instance, with another C library than glibc. Root, too, may ask for the version. */
async function assertRunsHere(native: string): Promise<void> {
  const probe = await runCommand(MYSELF.wrap(postgresOf(native), ['--version']), PROBE_MS);
  if (probe.succeeded) return;
  const reason = 'The PostgreSQL binaries from npm do not run on this system.';
  throw new Error(`${reason} ${USE_YOUR_OWN} (${probe.output})`);
}

/** Root without namespaces, as in many containers: what nobody cannot reach goes to a folder apart. */
async function asNobody(
  native: string,
  folder: string,
  log: (line: string) => void,
): Promise<RunAs> {
  const reachesBinaries = await canRun(AS_NOBODY, native);
  const reachesFolder = await canReach(AS_NOBODY, dirname(folder));
  if (reachesBinaries && reachesFolder) return settle(AS_NOBODY, native, folder);

  const apart = await makeFolderApart(folder);
  const reachable = reachesBinaries ? native : await copyBinaries(native, apart);
  if (!(await isUsable(AS_NOBODY, reachable, join(apart, 'home')))) {
    const reason = `PostgreSQL does not run as root, and user ${NOBODY} cannot run it in ${apart}.`;
    throw new Error(`${reason} ${USE_YOUR_OWN}`);
  }
  if (reachesFolder) return settle(AS_NOBODY, reachable, folder);
  const home = join(apart, 'home');
  log(`PostgreSQL does not run as root, and its user cannot reach ${folder}: rows are in ${home}.`);
  return settle(AS_NOBODY, reachable, home);
}

async function settle(identity: Identity, native: string, home: string): Promise<RunAs> {
  const give = (path: string): Promise<void> => giveTree(path, identity.fileUserId);
  await makeFolder(home);
  return {
    home,
    give,
    command: (program, args) => identity.wrap(join(native, 'bin', program), args),
  };
}

/** The folder itself is given to the identity later; what counts now is the way to it. */
async function isUsable(identity: Identity, native: string, folder: string): Promise<boolean> {
  return (await canRun(identity, native)) && (await canReach(identity, dirname(folder)));
}

async function canRun(identity: Identity, native: string): Promise<boolean> {
  return (await runCommand(identity.wrap(postgresOf(native), ['--version']), PROBE_MS)).succeeded;
}

async function canReach(identity: Identity, folder: string): Promise<boolean> {
  return (await runCommand(identity.wrap('test', ['-x', folder]), PROBE_MS)).succeeded;
}

/** One per checkout, at a place that stays the same, because the cluster may live there. */
async function makeFolderApart(folder: string): Promise<string> {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const apart = join(tmpdir(), `perigee-postgres-${name}`);
  await mkdir(apart, { recursive: true, mode: 0o755 });
  // The name can be guessed: whoever made the folder before us must not choose what root runs.
  const made = await lstat(apart);
  if (made.isDirectory() && made.uid === 0 && (made.mode & 0o022) === 0) return apart;
  throw new Error(`${apart} was not made by root, so it is not safe to use. Remove it.`);
}

function postgresOf(native: string): string {
  return join(native, 'bin/postgres');
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    // Node throws where the user id has no entry in the list of users.
    return false;
  }
}
