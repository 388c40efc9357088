import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.js';

const START_MS_MAX = 120_000;
const LISTENING = /Listening at (http:\/\/[\w.:[\]]+)/;

/** One app as a process of its own, from what was built. */
export class AppProcess {
  #output = '';
  #url = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly name: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
  }

  /** @param command the program and its arguments */
  static async start(
    name: string,
    [program = '', ...args]: readonly string[],
    env: NodeJS.ProcessEnv,
  ): Promise<AppProcess> {
    const app = new AppProcess(spawn(program, args, { env }), name);
    try {
      await until(() => app.#findUrl(), START_MS_MAX);
      if (app.child.exitCode !== null) throw new Error(`${name} ended: ${app.#output}`);
      return app;
    } catch (fault) {
      await app.end('SIGKILL');
      throw fault;
    }
  }

  get url(): string {
    return this.#url;
  }

  get output(): string {
    return this.#output;
  }

  /** Sends a signal and waits for the end; the exit code, null when the signal ended it. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
    return this.child.exitCode;
  }

  #findUrl(): void {
    if (this.child.exitCode !== null) return;
    const url = LISTENING.exec(this.#output)?.[1];
    if (url === undefined) throw new Error(`${this.name} does not listen: ${this.#output}`);
    this.#url = url;
  }
}
