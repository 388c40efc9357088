import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoring, makeFolder } from '#common/embedded';
import { findFreePorts, isFree } from './ports.js';

/** What a server keeps from one start to the next, so that its address stays the same. */
export interface Settings {
  readonly password: string;
  readonly ports: readonly number[];
}

const PASSWORD_BYTES = 24;

/** Makes the folder, which nobody else may read, and what is missing in it. */
export async function ensureSettings(
  folder: string,
  portCount: number,
  wantedPort = 0,
): Promise<Settings> {
  await makeFolder(folder);
  const known = await readSettings(folder);
  const password = known?.password ?? randomBytes(PASSWORD_BYTES).toString('base64url');
  const ports = await choosePorts(known?.ports ?? [], portCount, wantedPort);
  const settings = { password, ports };
  await writeSettings(folder, settings);
  return settings;
}

/** Undefined where none were made yet. */
export async function readSettings(folder: string): Promise<Settings | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch(ignoring('ENOENT', 'ENOTDIR'));
  return text === undefined ? undefined : (JSON.parse(text) as Settings);
}

/** PostgreSQL's launcher keeps its own in a file beside its cluster. */
export async function readPassword(folder: string): Promise<string | undefined> {
  const own = await readFile(join(folder, 'password'), 'utf8').catch(ignoring('ENOENT', 'ENOTDIR'));
  return own?.trim() ?? (await readSettings(folder))?.password;
}

/** The ones of last time where all are free still. */
async function choosePorts(
  known: readonly number[],
  count: number,
  wantedPort: number,
): Promise<readonly number[]> {
  const areFree = (await Promise.all(known.map(isFree))).every(Boolean);
  const ports = known.length === count && areFree ? [...known] : await findFreePorts(count);
  if (wantedPort === 0) return ports;
  if (await isFree(wantedPort)) return [wantedPort, ...ports.slice(1)];
  throw new Error(`Port ${wantedPort} is taken by another program.`);
}

/** Renamed into place: a reader never meets half a file. */
async function writeSettings(folder: string, settings: Settings): Promise<void> {
  const draft = `${fileIn(folder)}.draft`;
  await writeFile(draft, JSON.stringify(settings), { mode: 0o600 });
  await rename(draft, fileIn(folder));
}

function fileIn(folder: string): string {
  return join(folder, 'settings.json');
}
