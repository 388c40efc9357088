import { parseArgs } from 'node:util';

export const BENCH_NAMES = [
  'http',
  'http-new-connection',
  'redis',
  'replay',
  'memory',
  'udp-receive',
  'udp-store',
  'overload',
  'reads',
  'asks',
  'starts',
  'bulk',
] as const;
export type BenchName = (typeof BENCH_NAMES)[number];

export interface BenchOptions {
  readonly names: readonly BenchName[];
  /** Null: what suits each. */
  readonly rounds: number | null;
  /** Of one measurement of a rate. */
  readonly seconds: number;
  /** Of the measurements that play so many to the end. */
  readonly messages: number;
  /** How long the ingestor is overloaded. */
  readonly overloadSeconds: number;
  /** Samples that are exported. */
  readonly exportSamples: number;
  /** Contacts that wait in the far future while others are started. */
  readonly startsPending: number;
  /** Over which contacts that are not due together are spread. */
  readonly startsSeconds: number;
}

export const DEFAULTS: BenchOptions = {
  names: BENCH_NAMES,
  rounds: null,
  seconds: 2,
  messages: 100_000,
  // Heap and buffers take more than a minute to get as large as they get; until then that is growth.
  overloadSeconds: 120,
  exportSamples: 10_000_000,
  startsPending: 1_000_000,
  startsSeconds: 60,
};

export const HELP = `Usage: bench [options]

Measures the rocket monitor, the way of telemetry, the start of contacts and bulks of them, and in
the same rounds what they cannot be faster than. Starts the servers and apps that it needs, on
loopback only, and stops them. Names:

http                 rocket messages over 50 kept connections, against a bare Fastify that parses
http-new-connection  the generator's profile, a connection per message, on each store
redis                messages through the script of the Redis store from one client
replay               how fast a monitor on PostgreSQL reads its log when it starts
memory               what rockets and messages take
udp-receive          datagrams that the ingestor takes, reads and accounts for, against a bare Node
                     socket that only counts and a C program that only calls recvmmsg
udp-store            datagrams and samples stored, against these two and InfluxDB's UDP listener
overload             ten times of what is stored: the account, the memory, the time until it is over
reads                last values, a day as 1,000 points, exports
asks                 from the instant that 100 contacts share until their ships are asked
starts               how late contacts start, 1,000 and 10,000 at one instant and 10,000 spread,
                     with none and with many waiting, against Bull and BullMQ that run as many jobs
bulk                 contacts booked by one bulk, with history and messages, against Bull's addBulk

udp-receive, udp-store, overload and reads need a C compiler (cc) for the sender; udp-store needs
InfluxDB and installs Debian's package influxdb where it may. A rate of theirs is the highest that is
held: less than a thousandth is lost, the account explains that, and all is stored soon after.

  --only <name>           one of these; may be given several times (default all)
  --rounds <n>            rounds of each, 1 to 100 (default 5 of http and asks, 3 of redis, replay,
                          udp-receive, udp-store and bulk, 1 of the others)
  --seconds <n>           how long a rate is measured, 1 to 60 (default ${DEFAULTS.seconds})
  --messages <n>          messages that are played to the end, 1000 to 1000000 (default ${DEFAULTS.messages})
  --overload-seconds <n>  how long the overload lasts, 2 to 600 (default ${DEFAULTS.overloadSeconds})
  --export-samples <n>    samples that are exported, 1000 to 100000000 (default ${DEFAULTS.exportSamples})
  --starts-pending <n>    contacts that wait meanwhile, 0 to 10000000 (default ${DEFAULTS.startsPending})
  --starts-seconds <n>    over which the others are spread, 2 to 600 (default ${DEFAULTS.startsSeconds})
  --help                  show this

Flags take their value with a space or with "=". Exit code: 0 all was measured, fast or slow; 1 one
could not be measured, or a state or an account was wrong; 2 the command cannot be understood.
`;

/** The command cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const FLAGS = {
  only: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  seconds: { type: 'string', default: String(DEFAULTS.seconds) },
  messages: { type: 'string', default: String(DEFAULTS.messages) },
  'overload-seconds': { type: 'string', default: String(DEFAULTS.overloadSeconds) },
  'export-samples': { type: 'string', default: String(DEFAULTS.exportSamples) },
  'starts-pending': { type: 'string', default: String(DEFAULTS.startsPending) },
  'starts-seconds': { type: 'string', default: String(DEFAULTS.startsSeconds) },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Null when help is asked for. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const values = parse(args);
  if (values.help) return null;
  const { only, rounds } = values;
  return {
    names: only === undefined ? BENCH_NAMES : readNames(only),
    rounds: rounds === undefined ? null : readInteger('--rounds', rounds, 1, 100),
    seconds: readInteger('--seconds', values.seconds, 1, 60),
    messages: readInteger('--messages', values.messages, 1_000, 1_000_000),
    overloadSeconds: readInteger('--overload-seconds', values['overload-seconds'], 2, 600),
    exportSamples: readInteger('--export-samples', values['export-samples'], 1_000, 100_000_000),
    startsPending: readInteger('--starts-pending', values['starts-pending'], 0, 10_000_000),
    startsSeconds: readInteger('--starts-seconds', values['starts-seconds'], 2, 600),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (fault) {
    throw new UsageError((fault as Error).message, { cause: fault });
  }
}

/** In our order, each once. */
function readNames(given: readonly string[]): BenchName[] {
  const known: readonly string[] = BENCH_NAMES;
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return BENCH_NAMES.filter((name) => given.includes(name));
  throw new UsageError(`--only must be one of ${BENCH_NAMES.join(', ')}, not ${unknown}`);
}

function readInteger(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${flag} must be a whole number from ${min} to ${max}, not ${text}`);
}
