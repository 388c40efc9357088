import { RocketMonitorConfig } from '../../apps/rocket-monitor/src/rocket-monitor.config.js';
import { residentOf } from '../storm/memory.js';
import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { runLoad } from './http-load.js';
import type { MemoryLoad, MemoryOutcome } from './memory-load.js';
import { isKnown, type StoreName, withMonitor } from './monitors.js';
import { runProgram } from './programs.js';

const TIMEOUT_MS = 180_000;
const MEBIBYTES_OF_MILLION = 1_000_000 / 2 ** 20;
/** Rockets that no other measurement has sent. */
const SEED = 2_000;
/** A million takes too long; what a message takes is the same. */
const MESSAGES = 200_000;
const FEW = { rockets: 20, messages: MESSAGES / 20 };
const MANY_ROCKETS = 10_000;
const CONNECTIONS = 50;

/** What rockets and messages take, in the store and in a whole monitor. */
export async function* benchMemory(context: BenchContext): AsyncGenerator<Row> {
  const { ROCKET_HISTORY_MAX: historyMax } = new RocketMonitorConfig();
  const rocket = await fill({ rockets: MANY_ROCKETS, messages: 1, historyMax }, context);
  yield figure('memory store, a rocket with one message', 'bytes', rocket / MANY_ROCKETS);
  const kept = await fill({ ...FEW, historyMax: 2 * MESSAGES }, context);
  yield figure('memory store, a message that is kept', 'bytes', kept / MESSAGES);
  yield figure(
    'memory store, a million messages kept',
    'MiB',
    (kept / MESSAGES) * MEBIBYTES_OF_MILLION,
  );
  const half = await fill({ ...FEW, historyMax: MESSAGES / 2 }, context);
  yield figure('memory store, a message, every second kept', 'bytes', half / MESSAGES);
  yield* await measureMonitor('memory', context);
  yield* await measureMonitor('postgres', context);
}

/** Bytes of heap, and beside it, that what was taken holds. */
async function fill(load: MemoryLoad, { signal, onProgress }: BenchContext): Promise<number> {
  onProgress(`memory: ${load.rockets} rockets, ${load.rockets * load.messages} messages`);
  const options = { timeoutMs: TIMEOUT_MS, signal, nodeArgs: ['--expose-gc'] };
  return (await runProgram<MemoryOutcome>('memory-load', load, options)).heapBytes;
}

/** The whole process, with garbage that nobody has had a reason to collect yet. */
async function measureMonitor(store: StoreName, context: BenchContext): Promise<Row[]> {
  const messages = Math.floor(context.options.messages / 2);
  const name = `monitor on ${store}`;
  if (!isKnown(store)) return [{ name, remark: `this build does not know the store ${store}` }];
  return withMonitor(store, context, async ({ url, pid }) => {
    context.onProgress(`memory: ${name}, ${messages} messages`);
    const before = await residentOf(pid);
    const target = { url: `${url}/messages`, connections: CONNECTIONS };
    await runLoad({ ...target, seed: SEED, messages, seconds: null }, context);
    const after = await residentOf(pid);
    if (before === null || after === null)
      return [{ name, remark: 'this system does not tell the memory of a process' }];
    return [
      figure(`${name}, resident at first`, 'MiB', before),
      figure(`${name}, resident after ${messages} messages`, 'MiB', after),
    ];
  });
}

const figure = (name: string, unit: string, ours: number) =>
  ({ name, unit, ours, limit: null, ratio: null, goal: null }) as const;
