import {
  type LogLevel,
  parseFlags,
  readDuration,
  readInteger,
  readLevel,
  readUrl,
  refuseMore,
} from './flag-values.js';
import {
  type DeliveredScenarioOptions,
  readScenarioOptions,
  SCENARIO_FLAGS,
  SCENARIO_HELP,
} from './scenario.options.js';

export interface LaunchOptions extends DeliveredScenarioOptions {
  readonly url: URL;
  readonly messageDelayMs: number;
  readonly concurrencyLevel: number;
  readonly logLevel: LogLevel;
  readonly keepAlive: boolean;
  readonly check: boolean;
}

export const LAUNCH_HELP = `\
launch <url>: plays rockets that send messages to a rocket monitor, such as
  rockets launch http://localhost:8088/messages --message-delay=500ms --concurrency-level=1

  --message-delay <time>    wait so long after each message: 500ms, 1s, 2m or none (default none)
  --concurrency-level <n>   senders at one time, 1 to 1000 (default 3)
${SCENARIO_HELP}
  --keep-alive              use connections again; by default each message opens one of its own
  --check                   in the end compare every rocket's state with what it must be

  A message is repeated every 500 ms until it is answered with 2xx.
`;

const FLAGS = {
  ...SCENARIO_FLAGS,
  'message-delay': { type: 'string', default: 'none' },
  'concurrency-level': { type: 'string', default: '3' },
  'log-level': { type: 'string', default: 'info' },
  'keep-alive': { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
} as const;

export function readLaunchOptions(args: readonly string[]): LaunchOptions {
  const { values, positionals } = parseFlags(args, FLAGS);
  const [address, ...rest] = positionals;
  refuseMore(rest);
  return {
    url: readUrl(address),
    ...readScenarioOptions(values),
    messageDelayMs: readDuration('--message-delay', values['message-delay']),
    concurrencyLevel: readInteger('--concurrency-level', values['concurrency-level'], 1, 1_000),
    logLevel: readLevel(values['log-level']),
    keepAlive: values['keep-alive'],
    check: values.check,
  };
}
