import type { BenchContext } from './context.js';
import type { Goal, Row } from './figure.js';
import { runProgram } from './programs.js';
import type { QueueLoad, QueueOutcome } from './starts/queue-load.js';
import { SchedulerUnderLoad, type Start } from './starts/scheduler-under-load.js';
import { figure, memoryRows } from './telemetry/memory-rows.js';
import { quantile } from './telemetry/quantile.js';
import { watchResident } from './telemetry/resident-watch.js';

const RUN_MS_SPARE = 180_000;
const QUEUE_LEAD_MS = 2_000;
const WARM_UP_COUNT = 200;
/** The listener's clock has whole milliseconds. */
const CLOCK_MS = 1;

interface Case {
  readonly name: string;
  readonly count: number;
  readonly spreadSeconds: number;
  /** In milliseconds, by what share of the starts may be later. */
  readonly goals: readonly (readonly [label: string, share: number, goal: number | null])[];
}

const casesOf = (spreadSeconds: number): readonly Case[] => [
  { name: '1,000 at once', count: 1_000, spreadSeconds: 0, goals: atOnce(100) },
  {
    name: `10,000 in ${spreadSeconds} s`,
    count: 10_000,
    spreadSeconds,
    goals: [
      ['p50', 0.5, 3],
      ['p99', 0.99, 10],
      ['max', 1, 100],
    ],
  },
  { name: '10,000 at once', count: 10_000, spreadSeconds: 0, goals: atOnce(500) },
];

const atOnce = (last: number): Case['goals'] => [
  ['p50', 0.5, null],
  ['max', 1, last],
];

/** How late contacts start: as their rows say, and when their commands come from the bus. */
export async function* benchStarts(context: BenchContext): AsyncGenerator<Row> {
  const { startsPending, startsSeconds } = context.options;
  const cases = casesOf(startsSeconds);
  const queues = new Map<Case, readonly QueueLateness[]>();
  for (const one of cases) queues.set(one, await runQueues(one, context));
  const pending = startsPending > 0 ? [0, startsPending] : [0];
  for (const count of pending)
    yield* await SchedulerUnderLoad.with(count, context, (scheduler) =>
      benchScheduler(scheduler, count, queues, context),
    );
}

interface QueueLateness {
  readonly kind: QueueLoad['kind'];
  readonly lateness: readonly number[];
}

async function runQueues(one: Case, context: BenchContext): Promise<QueueLateness[]> {
  const url = await context.servers.urlOf('redis');
  const outcomes: QueueLateness[] = [];
  for (const kind of ['bull', 'bullmq'] as const) {
    context.onProgress(`starts: ${one.name}, ${kind}`);
    const load: QueueLoad = {
      url,
      kind,
      jobs: one.count,
      spreadMs: one.spreadSeconds * 1_000,
      leadMs: QUEUE_LEAD_MS,
    };
    const timeoutMs = RUN_MS_SPARE + load.spreadMs;
    const { signal } = context;
    const outcome = await runProgram<QueueOutcome>('starts/queue', load, { timeoutMs, signal });
    outcomes.push({ kind, lateness: outcome.lateness });
  }
  return outcomes;
}

async function benchScheduler(
  scheduler: SchedulerUnderLoad,
  pendingCount: number,
  queues: ReadonlyMap<Case, readonly QueueLateness[]>,
  { onProgress }: BenchContext,
): Promise<Row[]> {
  const rows: Row[] = [];
  const waiting = pendingCount === 0 ? '' : `, ${pendingCount.toLocaleString('en-US')} waiting`;
  await scheduler.start(WARM_UP_COUNT, 0);
  const { residents } = await watchResident(scheduler.pid, async () => {
    for (const [one, others] of queues) {
      onProgress(`starts: ${one.name}${waiting}`);
      const starts = await scheduler.start(one.count, one.spreadSeconds);
      rows.push(...rowsOf(`${one.name}${waiting}`, one, starts, others));
    }
  });
  return [...rows, ...memoryRows(`starts${waiting}`, residents)];
}

function rowsOf(
  name: string,
  { goals }: Case,
  starts: readonly Start[],
  others: readonly QueueLateness[],
): Row[] {
  const written = starts.map((start) => start.written);
  const handed = starts.map((start) => start.handed);
  const early = starts.filter((start) => start.written < 0 || start.handed <= -CLOCK_MS).length;
  const fault: Row[] =
    early === 0
      ? []
      : [{ name: `${name}, early`, remark: `${early} STARTED EARLY`, isFault: true }];
  return [
    ...fault,
    ...goals.flatMap(([label, share, most]) => {
      const ours = quantile(handed, share);
      const goal: Goal | null = most === null ? null : { of: 'ours', is: 'below', value: most };
      const against = others.map(({ kind, lateness }) => {
        const limit = quantile(lateness, share);
        const ratio = ours / Math.max(limit, CLOCK_MS);
        return { name: `${name}, ${label}, against ${kind}`, unit: 'ms', ours, limit, ratio, goal };
      });
      // Read within the statement, before its commit: what it says is too little to be a goal.
      const row = figure(`${name}, ${label}, row`, 'ms', quantile(written, share));
      return [row, ...against];
    }),
  ];
}
