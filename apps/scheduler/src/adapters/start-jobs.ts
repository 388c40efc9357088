import type { Queue, QueueOptions } from 'bull';
import { type RedisCheck, checkRedis, type Outage } from '#common/redis';
import type { Clock } from '#common/platform';
import type { BullConnections } from './bull-connections.js';

export const START_QUEUE = 'starts';
const JOB_NAME = 'start';
/** What the Redis is still to be told. Beyond it the next refresh of the alarms tries again. */
const WAITING_MAX = 100_000;
/** In one round trip: what starts meanwhile waits for no more than these. */
const BATCH_MAX = 25;
/** A job only wakes this process, which takes microseconds: two at a time would gain nothing. */
const CONCURRENCY = 1;
/**
 * After the instant. By then whoever claimed the contact has started it, or is dead: before, jobs by
 * the thousand would only keep this process and Redis from the starts themselves.
 */
export const RINGS_AFTER_MS = 1_000;
const ATTEMPTS_MAX = 3;
/** A worker that dies with a job is no fault of the job's, so practically without end. */
const STALLED_MAX = 1_000;
const RETRY_DELAY_MS = 1_000;
/** How soon another worker takes over the jobs of a dead one; Bull would wait for 30 s. */
const STALLED_CHECK_MS = 5_000;
/** The queue's own close may wait for a Redis that is silent. */
const CLOSE_DEADLINE_MS = 2_000;

/** One start of one revision of a contact. */
export interface StartJob {
  readonly id: string;
  readonly contactId: string;
  readonly dueAtMs: number;
}

export const startQueueOptions = ({ create }: BullConnections): QueueOptions => ({
  createClient: create,
  defaultJobOptions: { attempts: ATTEMPTS_MAX, removeOnComplete: true, removeOnFail: true },
  settings: {
    maxStalledCount: STALLED_MAX,
    stalledInterval: STALLED_CHECK_MS,
    retryProcessDelay: RETRY_DELAY_MS,
  },
});

export interface StartJobsOptions {
  readonly queue: Queue<Partial<StartJob>>;
  readonly connections: BullConnections;
  readonly outage: Outage;
  readonly clock: Clock;
}

/**
 * The delayed jobs in Redis, one per start. To add and to remove takes no time here: what is to be
 * done waits, bounded, and goes in batches. A job that is there already is not added again.
 */
export class StartJobs {
  readonly #toAdd = new Map<string, StartJob>();
  readonly #toRemove = new Set<string>();
  #isSending = false;
  #isClosed = false;
  #onRefused: (job: StartJob) => void = () => undefined;

  constructor(private readonly options: StartJobsOptions) {
    options.queue.on('error', (fault) => options.outage.note(fault));
    // Bull does not look after this promise: where `CLIENT SETNAME` is forbidden, or at a close while
    // Redis is away, it would end the process. The connections have names already.
    options.queue.setWorkerName = async () => undefined;
  }

  /** Whom to tell of a job that could not be added. */
  onRefused(tell: (job: StartJob) => void): void {
    this.#onRefused = tell;
  }

  /** Called whenever Redis is (back) there. */
  onReady(tell: () => void): void {
    this.options.queue.client.on('ready', tell);
  }

  /**
   * Calls for each job that is due, until the close. Rejects if no work is possible. Bull looks at
   * once for delayed and stalled jobs, and not again soon if that fails: so Redis must be there.
   */
  async work(handle: (job: Partial<StartJob>) => void): Promise<void> {
    const { client } = this.options.queue;
    if (client.status !== 'ready') await new Promise<void>((go) => void client.once('ready', go));
    if (this.#isClosed) return;
    await this.options.queue.process(JOB_NAME, CONCURRENCY, async ({ data }) => handle(data));
  }

  /** False when there is no room. */
  add(job: StartJob): boolean {
    if (this.#toAdd.size >= WAITING_MAX) return false;
    this.#toRemove.delete(job.id);
    this.#toAdd.set(job.id, job);
    void this.#send();
    return true;
  }

  /** Best effort: a job that stays only proposes a start that its row refuses. */
  remove(jobId: string): void {
    if (this.#toAdd.delete(jobId) || this.#toRemove.size >= WAITING_MAX) return;
    this.#toRemove.add(jobId);
    void this.#send();
  }

  check(): Promise<RedisCheck> {
    return checkRedis(this.options.queue.client);
  }

  /** How many jobs wait for their instant in Redis, from whichever scheduler. */
  countDelayed(): Promise<number> {
    return this.options.queue.getDelayedCount();
  }

  async close(): Promise<void> {
    const { queue, connections, clock } = this.options;
    this.#isClosed = true;
    this.#toAdd.clear();
    this.#toRemove.clear();
    await Promise.race([queue.close(true), clock.sleep(CLOSE_DEADLINE_MS)]);
    connections.disconnect();
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#toAdd.size + this.#toRemove.size > 0) {
      const jobs = [...this.#toAdd.values()].slice(0, BATCH_MAX);
      const removed = [...this.#toRemove].slice(0, BATCH_MAX);
      for (const { id } of jobs) this.#toAdd.delete(id);
      for (const id of removed) this.#toRemove.delete(id);
      await Promise.all([
        ...jobs.map((job) => this.#add(job)),
        ...removed.map((id) => this.#remove(id)),
      ]);
    }
    this.#isSending = false;
  }

  async #add(job: StartJob): Promise<void> {
    const { queue, clock, outage } = this.options;
    try {
      // Bull adds the delay to its own reading of the clock, so both are taken in one tick.
      const delay = job.dueAtMs + RINGS_AFTER_MS - clock.nowMs();
      await queue.add(JOB_NAME, job, { jobId: job.id, delay });
    } catch (fault) {
      outage.note(fault);
      this.#onRefused(job);
    }
  }

  async #remove(jobId: string): Promise<void> {
    try {
      const job = await this.options.queue.getJob(jobId);
      await job?.remove();
    } catch {
      // It runs at this moment, or Redis is away: the row refuses what the job proposes.
    }
  }
}
