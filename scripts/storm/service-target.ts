import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { codeOf, poll } from '#common/embedded';
import { ASK } from '../services/ask.js';
import type { Service } from '../services/service.js';
import type { Kind, Target } from './target.js';

const BACK_MS_MAX = 120_000;
const ASK_EVERY_MS = 100;
const TRIES_MAX = 5;

/** PostgreSQL, Redis or RabbitMQ as something to strike. */
export class ServiceTarget implements Target {
  #frozen: readonly number[] = [];

  constructor(private readonly service: Service) {}

  get name(): string {
    return this.service.name;
  }

  get kind(): Kind {
    return this.service.name;
  }

  /** One that waits for a slow disk dies when the disk has answered. */
  async kill(): Promise<void> {
    await repeat(() => this.service.kill('SIGKILL'));
  }

  async revive(): Promise<void> {
    await repeat(() => this.service.restart());
  }

  /** With its children: a PostgreSQL works in one process per connection. */
  async freeze(): Promise<void> {
    const { pid } = this.service;
    // The parent first, so that it makes no further ones.
    signal(pid, 'SIGSTOP');
    this.#frozen = [pid, ...(await childrenOf(pid))];
    for (const one of this.#frozen) signal(one, 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    for (const pid of this.#frozen.toReversed()) signal(pid, 'SIGCONT');
    this.#frozen = [];
  }

  async waitUntilBack(): Promise<void> {
    const { name, url } = this.service;
    const answers = (): Promise<true | undefined> =>
      ASK[name](url).then(
        () => true,
        () => undefined,
      );
    if (await poll(answers, BACK_MS_MAX, ASK_EVERY_MS)) return;
    throw new Error(`${name} does not answer ${BACK_MS_MAX / 1_000} s later.`);
  }
}

/** On a machine with much to do a step may take longer than its own deadline. */
async function repeat(step: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (fault) {
      if (tries === TRIES_MAX) throw fault;
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (fault) {
    if (codeOf(fault) !== 'ESRCH') throw fault;
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid = 0]) => pid);
}
