import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findProgram } from '../../services/programs.js';
import type { BenchContext } from '../context.js';

const SOURCES = {
  'battery-sender': ['battery-sender.c', 'payloads.c'],
  'datagram-counter': ['datagram-counter.c'],
} as const;
export type NativeName = keyof typeof SOURCES;

const SOURCE_FOLDER = 'scripts/bench/native';
const COMPILE_MS_MAX = 60_000;

/** The path of a program in C, compiled into the bench's folder. @throws Error without a compiler */
export async function compile(
  name: NativeName,
  { folder, signal }: Pick<BenchContext, 'folder' | 'signal'>,
): Promise<string> {
  const compiler = await findProgram('cc');
  if (compiler === undefined)
    throw new Error(`${name} is in C, and no compiler (cc) is on this machine`);
  await mkdir(join(folder, 'native'), { recursive: true });
  const file = join(folder, 'native', name);
  const sources = SOURCES[name].map((source) => join(SOURCE_FOLDER, source));
  const limits = { timeout: COMPILE_MS_MAX, signal };
  await promisify(execFile)(compiler, ['-O2', '-o', file, ...sources], limits);
  return file;
}

export interface NativeRun<T> {
  /** What the program has to say in the end, as JSON. */
  readonly outcome: Promise<T>;
  readonly stop: () => void;
}

/** It ends by itself; past the deadline it is ended. */
export function runNative<T>(
  file: string,
  args: readonly string[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): NativeRun<T> {
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', signal } as const;
  const run = promisify(execFile)(file, [...args], options);
  const outcome = run.then(({ stdout }) => JSON.parse(stdout) as T);
  // Whoever waits for it hears of it; one that nobody waits for any more must not end us.
  outcome.catch(() => undefined);
  return { outcome, stop: () => void run.child.kill('SIGTERM') };
}

export interface Counter {
  readonly port: number;
  /** Once nothing has come for a while. */
  readonly outcome: Promise<CounterOutcome>;
}

export interface CounterOutcome {
  readonly received: number;
  readonly cpuSeconds: number;
}

const LIFE_MS_MAX = 180_000;

/** A program that says its port, counts, and says what it counted when nothing more comes. */
export async function startCounter(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Counter> {
  const limits = { timeout: LIFE_MS_MAX, killSignal: 'SIGKILL', signal } as const;
  const child = spawn(file, [...args], { stdio: ['ignore', 'pipe', 'inherit'], ...limits });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([lines.next(), ended.then(() => ({ value: undefined }))]);
  const read = async (): Promise<CounterOutcome> => {
    const { value } = await lines.next();
    await ended;
    return JSON.parse(String(value)) as CounterOutcome;
  };
  const outcome = read();
  outcome.catch(() => undefined);
  if (first.value === undefined) throw new Error(`${file} ended during its start`);
  return { port: Number(first.value), outcome };
}
