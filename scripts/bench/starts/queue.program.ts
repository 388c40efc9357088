import { randomUUID } from 'node:crypto';
import Bull from 'bull';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { readInput } from '../programs.js';
import type { QueueLoad, QueueOutcome } from './queue-load.js';

/** As many as its documentation names for work that takes no time. */
const CONCURRENCY = 50;
const ADDED_TOGETHER = 500;

interface Job {
  readonly dueAtMs: number;
}

interface Contestant {
  add(jobs: readonly Job[]): Promise<void>;
  work(take: (job: Job) => void): Promise<void>;
  close(): Promise<void>;
}

const load = await readInput<QueueLoad>();
const queue = load.kind === 'bull' ? bull() : bullMq();
const lateness: number[] = [];
let finish = (_fault?: Error): void => undefined;
const done = new Promise<void>((resolve, reject) => {
  finish = (fault) => (fault ? reject(fault) : resolve());
});
await queue.work(({ dueAtMs }) => {
  lateness.push(Date.now() - dueAtMs);
  if (lateness.length === load.jobs) finish();
});
await add();
await done;
await queue.close();
const outcome: QueueOutcome = { lateness };
process.stdout.write(JSON.stringify(outcome));

async function add(): Promise<void> {
  // What adding takes depends on the machine: a second for each thousand is plenty.
  const firstAtMs = Date.now() + load.leadMs + load.jobs;
  const jobs = Array.from({ length: load.jobs }, (_, at) => ({
    dueAtMs: Math.round(firstAtMs + (load.spreadMs * at) / load.jobs),
  }));
  for (let at = 0; at < jobs.length; at += ADDED_TOGETHER)
    await queue.add(jobs.slice(at, at + ADDED_TOGETHER));
  if (Date.now() > firstAtMs) throw new Error('Jobs were due before all were added');
}

function bull(): Contestant {
  const bull = new Bull<Job>(randomUUID(), load.url, {
    defaultJobOptions: { removeOnComplete: true },
  });
  return {
    add: async (jobs) =>
      void (await bull.addBulk(
        jobs.map((data) => ({ data, opts: { delay: Math.max(0, data.dueAtMs - Date.now()) } })),
      )),
    work: async (take) => {
      bull.process(CONCURRENCY, async ({ data }) => take(data)).catch(fail);
      await bull.isReady();
    },
    close: () => bull.close(),
  };
}

function bullMq(): Contestant {
  const name = randomUUID();
  const connection = new Redis(load.url, { maxRetriesPerRequest: null });
  const queue = new Queue<Job>(name, {
    connection,
    defaultJobOptions: { removeOnComplete: true },
  });
  let worker: Worker<Job> | undefined;
  return {
    add: async (jobs) =>
      void (await queue.addBulk(
        jobs.map((data) => ({
          name: 'start',
          data,
          opts: { delay: Math.max(0, data.dueAtMs - Date.now()) },
        })),
      )),
    work: async (take) => {
      worker = new Worker<Job>(name, async ({ data }) => take(data), {
        connection,
        concurrency: CONCURRENCY,
      });
      worker.on('error', fail);
      await worker.waitUntilReady();
    },
    close: async () => {
      await worker?.close();
      await queue.close();
      connection.disconnect();
    },
  };
}

function fail(fault: Error): void {
  finish(fault);
}
