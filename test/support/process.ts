import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { until } from './until.js';

const START_MS_MAX = 60_000;
/** Printed once all is there. */
const READY = /is up|Listening at/;

/** An app, or with `all` what `make run` starts, as its own process, from what was built. */
export class PerigeeProcess {
  #output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
  }

  static async start(env: NodeJS.ProcessEnv, app = 'all'): Promise<PerigeeProcess> {
    const main = `dist/apps/${app}/src/main.js`;
    if (!existsSync(main)) throw new Error(`${main} is missing: run \`make build\` first`);
    const made = new PerigeeProcess(spawn('node', [main], { env }));
    await until(() => {
      if (made.child.exitCode !== null) return;
      if (!READY.test(made.#output)) throw new Error(made.#output);
    }, START_MS_MAX);
    if (made.child.exitCode !== null) throw new Error(`It ended: ${made.#output}`);
    return made;
  }

  get output(): string {
    return this.#output;
  }

  /** The address of an app, as the process printed it. */
  url(app: string): string {
    const url = new RegExp(`${app} +(http://\\S+)/docs`).exec(this.#output)?.[1];
    if (url === undefined) throw new Error(`No address of ${app} in: ${this.#output}`);
    return url;
  }

  /** Where an app that is a process of its own listens. */
  get ownUrl(): string {
    const url = /Listening at (http:[^,\s]+)/.exec(this.#output)?.[1];
    if (url === undefined) throw new Error(`No address in: ${this.#output}`);
    return url;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Sends a signal and waits for the end; the exit code, null when the signal ended it. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
    return this.child.exitCode;
  }
}
