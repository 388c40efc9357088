import { findDifferences } from './check-states.js';
import { deliver } from './deliver.js';
import type { WireState } from './message.js';
import type { LogLevel } from './flag-values.js';
import type { LaunchOptions } from './launch.options.js';
import { Progress } from './progress.js';
import { rocketScenario } from './scenario.js';
import { sendAll } from './sender.js';

const PROGRESS_EVERY_MS = 2_000;
/** A monitor that takes nothing for so long is not there, or something else is. */
const GIVE_UP_AFTER_SECONDS = 10;

export type Print = (level: LogLevel, line: string) => void;

/** Plays the scenario against a monitor. The exit code: 0, or 1 when a state is not what it must be. */
export async function launch(
  options: LaunchOptions,
  print: Print,
  signal: AbortSignal,
): Promise<number> {
  const { seed, shuffle, duplicate, maxMessages: messageCount } = options;
  const scenario = rocketScenario({ seed, messageCount });
  const arrivals = deliver(scenario.messages, { seed, shuffle, duplicate });
  print(
    'info',
    `${scenario.expectedStates.size} rockets, ${arrivals.length} messages, seed ${seed}`,
  );

  const progress = new Progress(arrivals.length);
  const givenUp = new AbortController();
  const timer = setInterval(() => {
    print('info', progress.line());
    const fault = progress.hopelessFault(GIVE_UP_AFTER_SECONDS);
    if (fault === null) return;
    print('error', `${options.url.href} takes no message (${fault}); is the monitor up?`);
    givenUp.abort();
  }, PROGRESS_EVERY_MS);
  const onAnswer = (answer: string) => {
    progress.count(answer);
    print('debug', answer);
  };
  try {
    const stop = AbortSignal.any([signal, givenUp.signal]);
    await sendAll(arrivals, { ...options, onAnswer, signal: stop });
  } finally {
    clearInterval(timer);
  }
  for (const line of progress.summary()) print('info', line);
  if (signal.aborted || givenUp.signal.aborted) return 1;
  return options.check ? check(options.url, scenario.expectedStates, print) : 0;
}

async function check(
  url: URL,
  expectedStates: ReadonlyMap<string, WireState>,
  print: Print,
): Promise<number> {
  const differences = await findDifferences(url, expectedStates);
  for (const { channel, expected, actual } of differences) {
    print('error', `rocket ${channel} differs`);
    print('error', `  expected ${JSON.stringify(expected)}`);
    print('error', `  actual   ${JSON.stringify(actual)}`);
  }
  const rightCount = expectedStates.size - differences.length;
  print('info', `check      ${rightCount} of ${expectedStates.size} states are right`);
  return differences.length === 0 ? 0 : 1;
}
