import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { poll, startOf } from '#common/embedded';
import { dyingWithUs, forget, killOnExit } from '../services/lifetime.js';
import { readLogTail } from '../services/log-tail.js';
import { call } from './http-call.js';
import type { Kind, Target } from './target.js';

export interface AppPlan {
  readonly name: string;
  readonly kind: Kind;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Its logs: `<name>.log` of the app, `<name>.out` of its process. */
  readonly folder: string;
}

const START_AGAIN_MS = 500;
const ASK_MS_MAX = 1_000;
const ASK_EVERY_MS = 100;
const BACK_MS_MAX = 120_000;
const STOP_MS_MAX = 12_000;

/** One app as a process of its own, started again whenever it ends without being told to. */
export class AppProcess implements Target {
  /** Ends of a process that had been up, which nobody asked for. */
  readonly unasked: string[] = [];
  #child: ChildProcess | null = null;
  #isWanted = false;
  #failedStarts = 0;
  #keeping: Promise<void> = Promise.resolve();

  constructor(private readonly plan: AppPlan) {}

  get name(): string {
    return this.plan.name;
  }

  get kind(): Kind {
    return this.plan.kind;
  }

  get url(): string {
    return `http://127.0.0.1:${this.plan.port}`;
  }

  get #outFile(): string {
    return join(this.plan.folder, `${this.name}.out`);
  }

  /** 0 while there is none. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** For the first time, when all that it needs is there: an end before it answers is a fault. */
  async start(): Promise<void> {
    await this.revive();
    const isUp = await poll(
      () => (this.#failedStarts > 0 ? false : this.#answers()),
      BACK_MS_MAX,
      ASK_EVERY_MS,
    );
    if (isUp === true) return;
    const story = isUp === false ? 'ended during its start' : 'does not answer after its start';
    throw new Error(`${this.name} ${story}.\n${await readLogTail([this.#outFile])}`);
  }

  revive(): Promise<void> {
    this.#isWanted = true;
    this.#keeping = this.#keep();
    return Promise.resolve();
  }

  async kill(): Promise<void> {
    this.#isWanted = false;
    this.#child?.kill('SIGKILL');
    await this.#keeping;
  }

  /** In order, and by force past the deadline. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#child?.kill('SIGCONT');
    this.#child?.kill('SIGTERM');
    const force = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS_MAX);
    await this.#keeping;
    clearTimeout(force);
  }

  async freeze(): Promise<void> {
    this.#child?.kill('SIGSTOP');
  }

  async thaw(): Promise<void> {
    this.#child?.kill('SIGCONT');
  }

  async waitUntilBack(): Promise<void> {
    const isUp = await poll(() => this.#answers(), BACK_MS_MAX, ASK_EVERY_MS);
    if (isUp) return;
    const story = `${this.name} does not answer ${BACK_MS_MAX / 1_000} s later.`;
    throw new Error(`${story}\n${await readLogTail([this.#outFile])}`);
  }

  /** It may fail to start as often as a server that it needs is away. */
  async #keep(): Promise<void> {
    while (this.#isWanted) {
      await this.#live();
      if (this.#isWanted) await wait(START_AGAIN_MS);
    }
  }

  async #live(): Promise<void> {
    const child = await this.#spawn();
    const ended = once(child, 'exit');
    this.#child = child;
    // A kill that came while it was being started found nothing to kill.
    if (!this.#isWanted) child.kill('SIGKILL');
    const mark = { pid: child.pid ?? 0, startedAt: (await startOf(child.pid ?? 0)) ?? 'ended' };
    killOnExit(mark);
    const wasUp = this.#watchStart(child);
    const [code, signal] = (await ended) as [number | null, string | null];
    forget(mark);
    this.#child = null;
    if (!this.#isWanted) return;
    if (!(await wasUp)) this.#failedStarts += 1;
    else this.unasked.push(`${this.name} ended by itself with ${signal ?? `code ${code}`}`);
  }

  async #spawn(): Promise<ChildProcess> {
    const { kind, env } = this.plan;
    const out = openSync(this.#outFile, 'a');
    const { file, args } = await dyingWithUs({
      file: process.execPath,
      args: ['--enable-source-maps', `dist/apps/${kind}/src/main.js`],
      env,
      folder: process.cwd(),
      logFile: '',
    });
    try {
      const stdio: ['ignore', number, number] = ['ignore', out, out];
      // A session of its own: Ctrl-C in a terminal must not reach it before its turn.
      const child = spawn(file, [...args], { env, detached: true, stdio });
      await once(child, 'spawn');
      return child;
    } finally {
      closeSync(out);
    }
  }

  /** Whether this life came so far that it answered. */
  async #watchStart(child: ChildProcess): Promise<boolean> {
    const outcome = await poll(
      async () => {
        if (child.exitCode !== null || child.signalCode !== null) return 'ended';
        return (await this.#answers()) ? 'up' : undefined;
      },
      BACK_MS_MAX,
      ASK_EVERY_MS,
    );
    return outcome === 'up';
  }

  async #answers(): Promise<true | undefined> {
    const answer = await call('GET', `${this.url}/health/live`, ASK_MS_MAX);
    return (answer.kind === 'answer' && answer.status === 200) || undefined;
  }
}
