import { parseArgs } from 'node:util';
import {
  ROCKET_STORES,
  type RocketStoreKind,
} from '../../apps/rocket-monitor/src/rocket-monitor.config.js';

export interface StormOptions {
  readonly contacts: number;
  readonly seconds: number;
  readonly kills: number;
  readonly rockets: number;
  readonly messages: number;
  readonly seed: number;
  readonly redis: 'durable' | 'forgets';
  readonly rocketStore: RocketStoreKind;
  /** What is allowed from the last window to rest. */
  readonly restSeconds: number;
  readonly keep: boolean;
}

/** Where they outlive their monitors. */
const storeFor = (redis: StormOptions['redis']): RocketStoreKind =>
  redis === 'durable' ? 'redis' : 'postgres';

export const DEFAULTS: StormOptions = {
  contacts: 2_000,
  seconds: 420,
  kills: 110,
  rockets: 20,
  messages: 100_000,
  seed: 1,
  redis: 'durable',
  rocketStore: storeFor('durable'),
  restSeconds: 10,
  keep: false,
};

export const HELP = `Usage: storm [options]

Starts PostgreSQL, Redis, RabbitMQ and eight apps of its own, books contacts and series, sends rocket
messages, listens to live events and takes the calls of a webhook, kills (kill -9) and freezes
(SIGSTOP) everything meanwhile, waits for rest, and checks that nothing was lost, started twice or
early, left over, or not told of.

  --contacts <n>     contacts to book, 0 to 50000 (default ${DEFAULTS.contacts})
  --seconds <n>      how long it lasts, 5 to 3600 (default ${DEFAULTS.seconds})
  --kills <n>        kill -9 in all, 0 to 5000; half as many are frozen besides (default ${DEFAULTS.kills})
  --rockets <n>      rockets, 1 to 1000 (default ${DEFAULTS.rockets})
  --messages <n>     messages of all rockets, 0 to 1000000 (default ${DEFAULTS.messages})
  --seed <n>         the same seed asks and strikes the same (default ${DEFAULTS.seed})
  --redis <mode>     durable: with an append-only file; forgets: every kill empties it
                     (default ${DEFAULTS.redis})
  --rocket-store <s> ROCKET_STORE of the monitors: with memory they are not killed, with redis and
                     postgres they are, and share their rockets
                     (default ${DEFAULTS.rocketStore}, postgres where Redis forgets)
  --rest <seconds>   what may be under way must have ended so long after the last window and the
                     last restart, 1 to 600 (default ${DEFAULTS.restSeconds})
  --keep             keep the folder with logs, history and facts also when all is well
  --help             show this

Flags take their value with a space or with "=". The last line of standard output is one JSON object.
Exit code: 0 all is well, 1 something is violated or broke, 2 the command cannot be understood.
`;

/** The command cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const text = { type: 'string' } as const;
const FLAGS = {
  contacts: text,
  seconds: text,
  kills: text,
  rockets: text,
  messages: text,
  seed: text,
  redis: text,
  'rocket-store': text,
  rest: text,
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Null when help is asked for. */
export function readOptions(args: readonly string[]): StormOptions | null {
  const values = parse(args);
  if (values.help) return null;
  const redis = choice('--redis', values.redis, ['durable', 'forgets'], DEFAULTS.redis);
  const options: StormOptions = {
    contacts: integer('--contacts', values.contacts, DEFAULTS.contacts, 0, 50_000),
    seconds: integer('--seconds', values.seconds, DEFAULTS.seconds, 5, 3_600),
    kills: integer('--kills', values.kills, DEFAULTS.kills, 0, 5_000),
    rockets: integer('--rockets', values.rockets, DEFAULTS.rockets, 1, 1_000),
    messages: integer('--messages', values.messages, DEFAULTS.messages, 0, 1_000_000),
    seed: integer('--seed', values.seed, DEFAULTS.seed, 0, Number.MAX_SAFE_INTEGER),
    redis,
    rocketStore: choice('--rocket-store', values['rocket-store'], ROCKET_STORES, storeFor(redis)),
    restSeconds: integer('--rest', values.rest, DEFAULTS.restSeconds, 1, 600),
    keep: values.keep,
  };
  if (options.rocketStore === 'redis' && options.redis === 'forgets')
    throw new UsageError('Rockets in a Redis that forgets are lost: take --rocket-store postgres');
  return options;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (fault) {
    throw new UsageError((fault as Error).message, { cause: fault });
  }
}

function integer(
  flag: string,
  given: string | undefined,
  otherwise: number,
  min: number,
  max: number,
): number {
  if (given === undefined) return otherwise;
  const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${flag} must be a whole number from ${min} to ${max}, not ${given}`);
}

function choice<T extends string>(
  flag: string,
  given: string | undefined,
  choices: readonly T[],
  otherwise: T,
): T {
  if (given === undefined) return otherwise;
  const found = choices.find((one) => one === given);
  if (found !== undefined) return found;
  throw new UsageError(`${flag} must be ${choices.join(' or ')}, not ${given}`);
}
