import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import ts from 'typescript';

export interface LauncherOptions {
  readonly folder: string;
  readonly port?: number;
  readonly uid?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export type LauncherEvent =
  | { readonly event: 'started'; readonly url: string; readonly pid: number }
  | { readonly event: 'failed'; readonly message: string }
  | { readonly event: 'log'; readonly line: string };

const SOURCE = resolve(import.meta.dirname, '..');
const NODE_MODULES = resolve(SOURCE, '../../../../node_modules');

/** Ends by itself after `stop()` if, and only if, nothing is left open. */
const MAIN = `
import { startEmbeddedPostgres } from './embedded-postgres.js';
const tell = (event) => console.log(JSON.stringify(event));
const { folder, port } = JSON.parse(process.argv[2]);
try {
  const log = (line) => tell({ event: 'log', line });
  const postgres = await startEmbeddedPostgres({ folder, port, log });
  const awake = setInterval(() => {}, 1000);
  process.once('SIGUSR2', () => process.exit(3));
  process.once('SIGTERM', () => {
    clearInterval(awake);
    void postgres.stop();
  });
  tell({ event: 'started', url: postgres.url, pid: postgres.pid() });
} catch (fault) {
  tell({ event: 'failed', message: fault.message });
  process.exitCode = 1;
}
`;

/** The launcher as JavaScript, so that a plain Node process can run it in a checkout without a build. */
export async function compileLauncher(intoFolder: string): Promise<void> {
  await mkdir(intoFolder, { recursive: true });
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  for (const name of await readdir(SOURCE)) {
    if (!name.endsWith('.ts') || name.endsWith('spec.ts')) continue;
    const source = await readFile(join(SOURCE, name), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    await writeFile(join(intoFolder, name.replace(/\.ts$/, '.js')), outputText);
  }
  await writeFile(join(intoFolder, 'main.js'), MAIN);
  await writeFile(join(intoFolder, 'package.json'), '{ "type": "module" }');
}

export function linkNodeModules(intoFolder: string): Promise<void> {
  return symlink(NODE_MODULES, join(intoFolder, 'node_modules'));
}

export function nodeModules(): string {
  return NODE_MODULES;
}

/** A Node process of its own that runs the launcher, to be killed at will. */
export class LauncherProcess {
  readonly events: LauncherEvent[] = [];
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #outcome: Promise<LauncherEvent>;

  constructor(launcher: string, { folder, port = 0, uid, env }: LauncherOptions) {
    const identity = uid === undefined ? {} : { uid, gid: uid };
    const input = JSON.stringify({ folder, port });
    this.#child = spawn(process.execPath, [join(launcher, 'main.js'), input], {
      ...identity,
      cwd: dirname(launcher),
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own, as in a terminal, for interrupt().
      detached: true,
    });
    this.ended = once(this.#child, 'close');
    this.#outcome = this.#readOutcome();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  async started(): Promise<{ readonly url: string; readonly pid: number }> {
    const outcome = await this.#outcome;
    if (outcome.event === 'started') return outcome;
    throw new Error(`Not started: ${JSON.stringify(outcome)}`);
  }

  async failed(): Promise<string> {
    const outcome = await this.#outcome;
    if (outcome.event === 'failed') return outcome.message;
    throw new Error(`Not failed: ${JSON.stringify(outcome)}`);
  }

  logged(): string {
    return this.events.map((told) => (told.event === 'log' ? told.line : '')).join('\n');
  }

  /** SIGTERM lets it stop its server, SIGUSR2 makes it exit without that, SIGKILL leaves no choice. */
  async end(signal: 'SIGTERM' | 'SIGUSR2' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    await this.ended;
  }

  /** What Ctrl-C in a terminal does: SIGINT to the process and all others of its group. */
  async interrupt(): Promise<void> {
    process.kill(-this.pid, 'SIGINT');
    await this.ended;
  }

  #readOutcome(): Promise<LauncherEvent> {
    return new Promise((done) => {
      const lines = createInterface({ input: this.#child.stdout });
      lines.on('line', (line) => {
        const told = JSON.parse(line) as LauncherEvent;
        this.events.push(told);
        if (told.event !== 'log') done(told);
      });
      lines.on('close', () => done({ event: 'failed', message: 'ended without a word' }));
    });
  }
}
