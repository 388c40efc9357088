import { findDifferences } from '../rockets/check-states.js';
import { rocketScenario } from '../rockets/scenario.js';
import { sendAll } from '../rockets/sender.js';
import type { BenchContext } from './context.js';
import type { Goal, Row } from './figure.js';
import { isKnown, STORES, type StoreName, withMonitor } from './monitors.js';
import { startProgram } from './programs.js';
import { measurePair } from './rounds.js';

const CONCURRENCY_LEVEL = 3;
/** Slower is no measurement any more. */
const SECONDS_MAX = 300;
const POSTGRES_SECONDS = 15;
const POSTGRES_MESSAGES = 100_000;

/** The generator's profile, a connection per message, to the end, and the states compared. */
export async function* benchNewConnections(context: BenchContext): AsyncGenerator<Row> {
  const bare = await startProgram('bare-fastify');
  try {
    const limits = new Map<number, Promise<number>>();
    /** Once a round, for all stores: it takes as long as theirs. */
    const limitOf = (round: number): Promise<number> => {
      const known = limits.get(round) ?? play(bare.greeting, round, false, context);
      limits.set(round, known);
      return known;
    };
    for (const store of STORES) yield await benchStore(store, limitOf, context);
  } finally {
    await bare.stop();
  }
}

async function benchStore(
  store: StoreName,
  limitOf: (round: number) => Promise<number>,
  context: BenchContext,
): Promise<Row> {
  const { options, signal, onProgress } = context;
  const name = `new connections, ${store}`;
  if (!isKnown(store)) return { name, remark: `this build does not know the store ${store}` };
  return withMonitor(store, context, ({ url }) =>
    measurePair(
      {
        name,
        unit: 'seconds',
        goal: goalOf(store, options.messages),
        ours: (round) => play(url, round, true, context),
        limit: limitOf,
      },
      { rounds: options.rounds ?? 1, signal, onProgress },
    ),
  );
}

const goalOf = (store: StoreName, messages: number): Goal | null =>
  store === 'postgres' && messages === POSTGRES_MESSAGES
    ? { of: 'ours', is: 'below', value: POSTGRES_SECONDS }
    : null;

/** Seconds until all were taken. @throws Error when one was not at once, or a state is wrong */
async function play(
  monitorUrl: string,
  round: number,
  knowsStates: boolean,
  { options, signal }: BenchContext,
): Promise<number> {
  const url = new URL('/messages', monitorUrl);
  const scenario = rocketScenario({ seed: round, messageCount: options.messages });
  const answers = new Map<string, number>();
  const ending = AbortSignal.any([signal, AbortSignal.timeout(SECONDS_MAX * 1_000)]);
  const startedAt = performance.now();
  await sendAll(scenario.messages, {
    url,
    keepAlive: false,
    concurrencyLevel: CONCURRENCY_LEVEL,
    messageDelayMs: 0,
    onAnswer: (answer) => answers.set(answer, (answers.get(answer) ?? 0) + 1),
    signal: ending,
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  ending.throwIfAborted();
  const told = [...answers].map(([answer, count]) => `${answer}: ${count}`).join(', ');
  if (answers.get('200') !== options.messages) throw new Error(`${url.href} answered ${told}`);
  if (!knowsStates) return seconds;
  const differences = await findDifferences(url, scenario.expectedStates);
  if (differences.length === 0) return seconds;
  throw new Error(`${differences.length} states are wrong: ${JSON.stringify(differences[0])}`);
}
