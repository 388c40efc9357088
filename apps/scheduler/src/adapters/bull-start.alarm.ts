import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { dateOf, startJobId } from '#common/domain';
import type { CancelTimer, Clock, PartHealth } from '#common/platform';
import type { Outage, RedisCheck } from '#common/redis';
import type { DueContact } from '../starts/contact-course.port.js';
import { StartAlarm } from '../starts/start-alarm.port.js';
import type { StartJob, StartJobs } from './start-jobs.js';

const ALARMS_MAX = 100_000;
const CHECK_EVERY_MS = 2_000;
/** An alarm that was for so long in the past is not ours to cancel any more. */
const PAST_MS_MAX = 60_000;
/** Jobs that are due sooner may have left the delayed ones while they are counted. */
const COUNT_MARGIN_MS = 2_000;

interface SetAlarm {
  readonly job: StartJob;
  readonly setAtMs: number;
}

export interface BullStartAlarmOptions {
  readonly jobs: StartJobs;
  readonly outage: Outage;
  readonly clock: Clock;
}

/**
 * The alarm of all schedulers together: a Bull job per contact, worked by whichever of them is
 * there, soon after whoever claimed the contact should have started it. It is used only while Redis
 * keeps what it is given; else it says so, and wheel and sweep start the contacts. What Redis forgot is
 * set anew by the next refresh.
 */
@Injectable()
export class BullStartAlarm extends StartAlarm implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #alarms = new Map<string, SetAlarm>();
  #wake = (): void => undefined;
  #redis: RedisCheck = { state: 'away', reasons: ['Redis has not answered yet'], runId: null };
  #workFault: string | null = null;
  #checking: Promise<void> | null = null;
  #cancelCheck: CancelTimer | null = null;
  #isStopped = false;

  constructor(private readonly options: BullStartAlarmOptions) {
    super();
    options.jobs.onRefused(({ contactId }) => {
      this.#alarms.delete(contactId);
      void this.#check();
    });
  }

  onDue(wake: () => void): void {
    this.#wake = wake;
  }

  set(contact: DueContact): void {
    const id = startJobId(contact);
    const known = this.#alarms.get(contact.id)?.job;
    if (known?.id === id || this.#redis.state !== 'durable') return;
    if (known) this.options.jobs.remove(known.id);
    else if (this.#alarms.size >= ALARMS_MAX) return;
    const job = { id, contactId: contact.id, dueAtMs: dateOf(contact.startTime).getTime() };
    if (!this.options.jobs.add(job)) return;
    this.#alarms.set(contact.id, { job, setAtMs: this.options.clock.nowMs() });
  }

  /** A job that is due already is left to run: it removes itself. */
  cancel(contactId: string): void {
    const job = this.#alarms.get(contactId)?.job;
    if (!job) return;
    this.#alarms.delete(contactId);
    if (job.dueAtMs > this.options.clock.nowMs()) this.options.jobs.remove(job.id);
  }

  health(): PartHealth {
    const { state } = this.#redis;
    const faults = this.#faults();
    const details = { redis: state, jobs_set: this.#alarms.size };
    if (faults.length === 0) return { status: 'up', ...details };
    const reason = `Contacts start by wheel and sweep alone: ${faults.join('; ')}`;
    return { status: 'degraded', reason, ...details };
  }

  onApplicationBootstrap(): void {
    const { jobs } = this.options;
    jobs.onReady(() => void this.#check());
    jobs
      .work((job) => this.#ring(job))
      .catch((fault: unknown) => {
        if (!this.#isStopped) this.#workFault = `Jobs are not worked: ${String(fault)}`;
      });
    void this.#check();
  }

  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    this.#cancelCheck?.();
    await this.options.jobs.close();
  }

  /** While Redis is away the connection knows best why. */
  #faults(): string[] {
    const { state, reasons } = this.#redis;
    const { reason } = this.options.outage;
    const ofRedis = state === 'away' && reason !== null ? [reason] : reasons;
    return this.#workFault === null ? [...ofRedis] : [...ofRedis, this.#workFault];
  }

  /** A job whose data is gone was evicted: that must show as a failed job. */
  #ring(job: Partial<StartJob>): void {
    this.#wake();
    if (job.contactId === undefined) throw new Error('A start job came without its contact');
  }

  #check(): Promise<void> {
    this.#checking ??= this.#look().finally(() => {
      this.#checking = null;
      this.#cancelCheck?.();
      if (this.#isStopped) return;
      this.#cancelCheck = this.options.clock.after(CHECK_EVERY_MS, () => void this.#check());
    });
    return this.#checking;
  }

  async #look(): Promise<void> {
    const before = this.#redis;
    const found = await this.options.jobs.check();
    const isSame = before.state === 'durable' && before.runId === found.runId;
    if (!isSame || (found.state === 'durable' && (await this.#hasForgotten())))
      this.#alarms.clear();
    this.#redis = found;
    this.#dropPast();
    if (found.state === 'durable') this.options.outage.end();
    else if (!this.#isStopped) this.options.outage.note(found.reasons.join('; '));
  }

  /** Fewer jobs in Redis than were set by this scheduler alone: it was emptied. */
  async #hasForgotten(): Promise<boolean> {
    const now = this.options.clock.nowMs();
    const expected = [...this.#alarms.values()].filter(
      ({ job, setAtMs }) => setAtMs < now - COUNT_MARGIN_MS && job.dueAtMs > now + COUNT_MARGIN_MS,
    ).length;
    if (expected === 0) return false;
    // Redis went away in between: the next look says so.
    const found = await this.options.jobs.countDelayed().catch(() => expected);
    return found < expected;
  }

  #dropPast(): void {
    const past = this.options.clock.nowMs() - PAST_MS_MAX;
    for (const [id, { job }] of this.#alarms) if (job.dueAtMs < past) this.#alarms.delete(id);
  }
}
