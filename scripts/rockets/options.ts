import { parseArgs } from 'node:util';
import { MESSAGES_DEFAULT, SEED_DEFAULT } from './scenario.js';

export const LOG_LEVELS = ['silent', 'error', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LaunchOptions {
  readonly url: URL;
  readonly messageDelayMs: number;
  readonly concurrencyLevel: number;
  readonly maxMessages: number;
  readonly seed: number;
  readonly logLevel: LogLevel;
  readonly duplicate: number;
  readonly shuffle: number;
  readonly keepAlive: boolean;
  readonly check: boolean;
}

export const HELP = `Usage: rockets launch <url> [options]

Plays rockets that send messages to a rocket monitor, such as
  rockets launch http://localhost:8088/messages --message-delay=500ms --concurrency-level=1

  --message-delay <time>    wait so long after each message: 500ms, 1s, 2m or none (default none)
  --concurrency-level <n>   senders at one time, 1 to 1000 (default 3)
  --max-messages <n>        messages in all, 1 to 1000000 (default ${MESSAGES_DEFAULT})
  --seed <n>                the same seed sends the same messages (default ${SEED_DEFAULT})
  --duplicate <share>       send this share of messages a second time, 0 to 1 (default 0)
  --shuffle <depth>         let messages arrive up to so many places early or late (default 0)
  --keep-alive              use connections again; by default each message opens one of its own
  --check                   in the end compare every rocket's state with what it must be
  --log-level <level>       ${LOG_LEVELS.join(', ')} (default info)
  --help                    show this

Flags take their value with a space or with "=". A message is repeated every 500 ms until it is
answered with 2xx. Exit code: 0 all is well, 1 a state differs, 2 the command cannot be understood.
`;

/** The command cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Null when help is asked for. */
export function readOptions(args: readonly string[]): LaunchOptions | null {
  const { values, positionals } = parse(args);
  if (values.help || args.length === 0) return null;
  const [command, address, ...rest] = positionals;
  if (command !== 'launch') throw new UsageError(`Unknown command ${command ?? ''}, try launch`);
  if (rest.length > 0) throw new UsageError(`Unexpected ${rest.join(' ')}`);
  return {
    url: readUrl(address),
    messageDelayMs: readDuration('--message-delay', values['message-delay']),
    concurrencyLevel: readInteger('--concurrency-level', values['concurrency-level'], 1, 1_000),
    maxMessages: readInteger('--max-messages', values['max-messages'], 1, 1_000_000),
    seed: readInteger('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    logLevel: readLevel(values['log-level']),
    duplicate: readShare('--duplicate', values.duplicate),
    shuffle: readInteger('--shuffle', values.shuffle, 0, 1_000_000),
    keepAlive: values['keep-alive'],
    check: values.check,
  };
}

const FLAGS = {
  'message-delay': { type: 'string', default: 'none' },
  'concurrency-level': { type: 'string', default: '3' },
  'max-messages': { type: 'string', default: String(MESSAGES_DEFAULT) },
  seed: { type: 'string', default: String(SEED_DEFAULT) },
  'log-level': { type: 'string', default: 'info' },
  duplicate: { type: 'string', default: '0' },
  shuffle: { type: 'string', default: '0' },
  'keep-alive': { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true });
  } catch (fault) {
    throw new UsageError((fault as Error).message, { cause: fault });
  }
}

function readUrl(address: string | undefined): URL {
  if (address === undefined) throw new UsageError('Say where to: http://localhost:8088/messages');
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== 'http:') throw new UsageError(`${address} is not an http:// address`);
  return url;
}

function readInteger(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${flag} must be a whole number from ${min} to ${max}, not ${text}`);
}

function readShare(flag: string, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`${flag} must be a number from 0 to 1, not ${text}`);
}

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
]);

function readDuration(flag: string, text: string): number {
  if (text === 'none' || text === '0') return 0;
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (UNIT_MS.get(unit) ?? 1);
  throw new UsageError(`${flag} must be a time such as 500ms, 1s or none, not ${text}`);
}

function readLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not ${text}`);
}
