import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { runLoad } from './http-load.js';
import { withMonitor } from './monitors.js';
import { startProgram } from './programs.js';
import { measurePair } from './rounds.js';

const CONNECTIONS = 50;
const ROUNDS_DEFAULT = 5;
/** When they are used up, the measurement ends early. */
const MESSAGES_PER_SECOND_MAX = 25_000;
/** Sent first, and not counted: code is compiled by then. */
const WARM_UP_MESSAGES = 30_000;

/** Messages over kept connections, taken by the monitor, and parsed by a bare Fastify. */
export async function* benchHttp(context: BenchContext): AsyncGenerator<Row> {
  const { options, signal, onProgress } = context;
  const { seconds } = options;
  const bare = await startProgram('bare-fastify');
  const rateOf = async (url: string, seed: number): Promise<number> => {
    const messages = (seconds + 1) * MESSAGES_PER_SECOND_MAX;
    const load = { url: `${url}/messages`, connections: CONNECTIONS, seed, messages, seconds };
    const outcome = await runLoad(load, context);
    return outcome.messages / outcome.seconds;
  };
  const warmUp = async (url: string): Promise<void> => {
    onProgress('http: warming up');
    const target = { url: `${url}/messages`, connections: CONNECTIONS };
    await runLoad({ ...target, seed: 0, messages: WARM_UP_MESSAGES, seconds: null }, context);
  };
  try {
    yield await withMonitor('memory', context, async (monitor) => {
      await warmUp(monitor.url);
      await warmUp(bare.greeting);
      return measurePair(
        {
          name: 'http, memory store',
          unit: 'messages/s',
          goal: { of: 'ratio', is: 'at least', value: 0.7 },
          ours: (round) => rateOf(monitor.url, round),
          limit: (round) => rateOf(bare.greeting, round),
        },
        { rounds: options.rounds ?? ROUNDS_DEFAULT, signal, onProgress },
      );
    });
  } finally {
    await bare.stop();
  }
}
