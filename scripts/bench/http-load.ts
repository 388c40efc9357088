import type { BenchContext } from './context.js';
import { runProgram } from './programs.js';

/** What the program that sends messages is told. */
export interface HttpLoad {
  readonly url: string;
  readonly connections: number;
  /** The same seed makes the same rockets: another round needs another. */
  readonly seed: number;
  readonly messages: number;
  /** Null: all messages, however long it takes. */
  readonly seconds: number | null;
}

export interface LoadOutcome {
  readonly messages: number;
  readonly seconds: number;
  /** Statuses other than 200, and how often. */
  readonly strange: readonly (readonly [status: string, count: number])[];
}

/** Beside what is measured: making the messages, and a machine that has other things to do. */
const SPARE_MS = 60_000;

/** @throws Error when a message is not answered with 200 */
export async function runLoad(
  load: HttpLoad,
  { signal }: Pick<BenchContext, 'signal'>,
): Promise<LoadOutcome> {
  const timeoutMs = SPARE_MS + (load.seconds ?? load.messages / 1_000) * 1_000;
  const outcome = await runProgram<LoadOutcome>('http-load', load, { timeoutMs, signal });
  const strange = outcome.strange.map(([status, count]) => `${count} with ${status}`).join(', ');
  if (strange !== '') throw new Error(`${load.url} answered ${strange}`);
  return outcome;
}
