import {
  type LogLevel,
  parseFlags,
  readDuration,
  readFile,
  readInteger,
  readLevel,
  readUrl,
  refuseMore,
  UsageError,
} from './flag-values.js';

export interface ReplayOptions {
  /** `-` for standard input. */
  readonly file: string;
  /** Where single messages go; batches go to `/batch` below it. */
  readonly url: URL;
  readonly batchSize: number;
  readonly concurrencyLevel: number;
  readonly keepAlive: boolean;
  readonly timeoutMs: number;
  readonly logLevel: LogLevel;
}

/** As many as the monitor takes at once. */
const BATCH_MAX = 10_000;

export const REPLAY_HELP = `\
replay <file> <url>: sends the messages of a file (- for standard input), one a line, such as
  rockets replay fleet.ndjson http://localhost:8088/messages

  --batch <n>               messages in a request, 1 to ${BATCH_MAX} (default 1000); 1 sends each by
                            itself, as launch does
  --concurrency-level <n>   requests at one time, 1 to 1000 (default 1, which keeps the order)
  --keep-alive              with --batch 1: use connections again
  --timeout <time>          end unfinished after so long: 90s, 10m (default 10m)

  What the monitor cannot take at the moment is sent again every 500 ms. What it refuses is told
  with its line number, as are lines that are not JSON, which are not sent.
`;

const FLAGS = {
  batch: { type: 'string', default: '1000' },
  'concurrency-level': { type: 'string', default: '1' },
  'keep-alive': { type: 'boolean', default: false },
  timeout: { type: 'string', default: '10m' },
  'log-level': { type: 'string', default: 'info' },
} as const;

/** The longest that a timer can wait. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

export function readReplayOptions(args: readonly string[]): ReplayOptions {
  const { values, positionals } = parseFlags(args, FLAGS);
  const [file, address, ...rest] = positionals;
  refuseMore(rest);
  const timeoutMs = readDuration('--timeout', values.timeout);
  if (timeoutMs < 1 || timeoutMs > TIMEOUT_MS_MAX)
    throw new UsageError(`--timeout must be from 1ms to 35000m, not ${values.timeout}`);
  return {
    file: readFile(file),
    url: messagesUrl(readUrl(address)),
    batchSize: readInteger('--batch', values.batch, 1, BATCH_MAX),
    concurrencyLevel: readInteger('--concurrency-level', values['concurrency-level'], 1, 1_000),
    keepAlive: values['keep-alive'],
    timeoutMs,
    logLevel: readLevel(values['log-level']),
  };
}

/** A monitor's address alone will do. */
const messagesUrl = (url: URL): URL => (url.pathname === '/' ? new URL('/messages', url) : url);
