import { randomUUID } from 'node:crypto';
import type { BenchContext } from './context.js';
import type { Figure, Row } from './figure.js';
import { BatterySender } from './telemetry/battery-sender.js';
import { warmUp } from './telemetry/contestants.js';
import { exportRows } from './telemetry/exports.js';
import { fill } from './telemetry/fill.js';
import { Ground } from './telemetry/ground.js';
import { figure } from './telemetry/memory-rows.js';
import { quantile } from './telemetry/quantile.js';
import { getEach, type TimedAnswer } from './telemetry/timed-get.js';

const MICROS_PER_SECOND = 1_000_000;
const DAY_SECONDS = 86_400;
const STEP_MICROS = MICROS_PER_SECOND / 10;
/** One in a hundred of a thousand would be two pauses of the machine. */
const LATEST_COUNT = 3_000;
const WARMING_COUNT = 1_000;
const LATEST_EVERY_MS = 5;
const LATEST_MS_MAX = 5;
const LOAD_PER_SECOND = 10_000;
/** A little longer than the questions take, and those about life between them. */
const LOAD_SECONDS = 40;
const MINMAX_COUNT = 200;
const MINMAX_MS_MAX = 100;
const POINTS = 1_000;
/** A day that comes in within seconds is merged within minutes; one that comes in a day, at once. */
const MERGED_MS_MAX = 300_000;

const PARTS = { 'last value': readLatest, 'a day': readDay, export: exportRows } as const;

/** Last values, long ranges as few points, and exports, of data that came in as all data does. */
export async function* benchReads(context: BenchContext): AsyncGenerator<Row> {
  const sender = await BatterySender.compile(context);
  const ground = await Ground.open(null, sender, context);
  try {
    for (const [name, part] of Object.entries(PARTS))
      yield* await rowsOf(name, part, ground, context);
  } finally {
    await ground.close();
  }
}

type Part = (ground: Ground, context: BenchContext) => Promise<Row[]>;

/** One that fails is said, and the others go on. */
async function rowsOf(
  name: string,
  part: Part,
  ground: Ground,
  context: BenchContext,
): Promise<Row[]> {
  try {
    return await part(ground, context);
  } catch (fault) {
    context.signal.throwIfAborted();
    context.onProgress(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
    const [reason = ''] = String(fault).split('\n');
    return [{ name, remark: `FAILED: ${reason}`, isFault: true }];
  }
}

async function readLatest(ground: Ground, { signal, onProgress }: BenchContext): Promise<Row[]> {
  await warmUp(ground);
  onProgress('reads: last value');
  const { shipName } = await ground.play({ rate: 1_000, count: 1_000, records: 1 });
  const ask = async (name: string, count: number): Promise<Asked> => {
    const pair = [`${shipUrl(ground, name)}/latest`, `${ground.ingestorUrl}/health/live`];
    const urls = Array.from({ length: count }, () => pair).flat();
    const answers = await getEach(urls, LATEST_EVERY_MS, signal);
    const bare = answers.filter((_, at) => at % 2 === 1);
    return { answers: answers.filter((_, at) => at % 2 === 0), bare };
  };
  // A ground segment is up for months: its first thousand answers say how long Node takes to compile.
  await ask(shipName, WARMING_COUNT);
  const idle = await ask(shipName, LATEST_COUNT);
  onProgress(`reads: last value while ${LOAD_PER_SECOND}/s come in`);
  const count = LOAD_PER_SECOND * LOAD_SECONDS;
  const contact = await ground.begin({ rate: LOAD_PER_SECOND, count, records: 1 });
  // The ship is known with its first sample.
  await ground.waitForSample(contact.shipName);
  const busy = await ask(contact.shipName, LATEST_COUNT);
  contact.run.stop();
  await contact.run.outcome;
  await ground.end(contact);
  return [
    ...latencyRows('last value, idle', LATEST_MS_MAX, idle),
    ...latencyRows(`last value, ${LOAD_PER_SECOND}/s come in`, LATEST_MS_MAX, busy),
  ];
}

/**
 * Each time another day, a second later: an answer that is kept is no measurement. Of a day that is
 * merged, as all but its newest minute is where it comes in at its own pace.
 */
async function readDay(ground: Ground, context: BenchContext): Promise<Row[]> {
  const { signal, onProgress } = context;
  onProgress('reads: a day of one battery at 10 Hz');
  const shipName = `day ${randomUUID()}`;
  const startMicros = Date.now() * 1_000 - DAY_SECONDS * MICROS_PER_SECOND;
  const packets = (DAY_SECONDS * MICROS_PER_SECOND) / STEP_MICROS;
  const span = { timeMicros: startMicros, stepMicros: STEP_MICROS };
  await fill(ground, { shipName, packets, records: 1, ...span }, context);
  onProgress('reads: waiting until the minutes of the day are merged');
  await ground.waitUntilMerged(MERGED_MS_MAX);
  const urls = Array.from({ length: MINMAX_COUNT }, (_, at) => {
    const start = new Date(startMicros / 1_000 + at * 1_000);
    const end = new Date(start.getTime() + DAY_SECONDS * 1_000);
    const query = new URLSearchParams({
      strategy: 'minmax',
      size: String(POINTS),
      battery: '0',
      field: 'volts',
      start: start.toISOString(),
      end: end.toISOString(),
    });
    return `${shipUrl(ground, shipName)}/samples?${query}`;
  });
  const answers = await getEach(urls, 0, signal);
  return latencyRows('a day as 1,000 points', MINMAX_MS_MAX, { answers, bare: [] });
}

interface Asked {
  readonly answers: readonly TimedAnswer[];
  /** In turns with them, of the same process: answers for which it has nothing to look up. */
  readonly bare: readonly TimedAnswer[];
}

function latencyRows(name: string, goal: number, { answers, bare }: Asked): Row[] {
  const refused = [...answers, ...bare].find(({ status }) => status !== 200);
  if (refused) return [{ name, remark: `answered with ${refused.status}`, isFault: true }];
  const at = (share: number): Figure => {
    const ours = latencyAt(answers, share);
    const limit = bare.length > 0 ? latencyAt(bare, share) : null;
    const ratio = limit === null ? null : ours / limit;
    return { ...figure(`${name}, p${share * 100}`, 'ms', ours), limit, ratio };
  };
  return [at(0.5), { ...at(0.99), goal: { of: 'ours', is: 'below', value: goal } }];
}

const latencyAt = (answers: readonly TimedAnswer[], share: number): number =>
  quantile(
    answers.map(({ milliseconds }) => milliseconds),
    share,
  );

const shipUrl = ({ ingestorUrl }: Ground, name: string): string =>
  `${ingestorUrl}/ships/${encodeURIComponent(name)}`;
