import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { dyingWithUs } from '../services/lifetime.js';

/** Programs of their own, so that the load does not share a core's time with what measures it. */
export type ProgramName =
  'http-load' | 'bare-fastify' | 'redis-load' | 'memory-load' | 'starts/scheduler' | 'starts/queue';

const START_MS_MAX = 30_000;
const ANSWER_CHARS_MAX = 1_024 * 1_024;

export interface ProgramOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly nodeArgs?: readonly string[];
}

/** Runs a program to its end; what it is told and what it answers is JSON. */
export async function runProgram<T>(
  name: ProgramName,
  input: object,
  { timeoutMs, signal, nodeArgs = [] }: ProgramOptions,
): Promise<T> {
  const { file, args } = await commandOf(name, nodeArgs);
  const limits = {
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: ANSWER_CHARS_MAX,
  } as const;
  const run = promisify(execFile)(file, [...args], { ...limits, signal });
  // Not among the arguments, which are for everybody to see: an address has a password.
  run.child.stdin?.on('error', () => undefined).end(JSON.stringify(input));
  const { stdout } = await run.catch((cause: { killed?: boolean; stderr?: string }) => {
    const story = cause.killed === true ? `had no end after ${timeoutMs / 1_000} s` : 'failed';
    throw new Error(`${name} ${story}. ${cause.stderr ?? ''}`.trim(), { cause });
  });
  return JSON.parse(stdout) as T;
}

/** What `runProgram` tells the program that calls this. */
export async function readInput<T>(): Promise<T> {
  return JSON.parse(await text(process.stdin)) as T;
}

export interface RunningProgram {
  /** What it says once it is ready. */
  readonly greeting: string;
  stop(): Promise<void>;
}

/** Starts a program that says one line when it is ready, and stays. What it is told is JSON. */
export async function startProgram(name: ProgramName, input: object = {}): Promise<RunningProgram> {
  const { file, args } = await commandOf(name, []);
  const child = spawn(file, [...args], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  child.stdin.on('error', () => undefined).end(JSON.stringify(input));
  const ended = once(child, 'exit');
  const greeting = await firstLineOf(child).catch((fault: unknown) => {
    child.kill('SIGKILL');
    throw fault;
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { greeting, stop };
}

async function firstLineOf({ stdout }: ChildProcess & { stdout: NodeJS.ReadableStream }) {
  const lines = createInterface({ input: stdout });
  const signal = AbortSignal.timeout(START_MS_MAX);
  const [line] = (await once(lines, 'line', { signal })) as [string];
  return line;
}

function commandOf(name: ProgramName, nodeArgs: readonly string[]) {
  const program = `dist/scripts/bench/${name}.program.js`;
  const args = ['--enable-source-maps', ...nodeArgs, program];
  const { env } = process;
  return dyingWithUs({ file: process.execPath, args, env, folder: process.cwd(), logFile: '' });
}
