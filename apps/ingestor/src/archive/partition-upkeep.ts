import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import {
  BackgroundLoop,
  Clock,
  LastingFault,
  type PartHealth,
  type ReadinessCheck,
} from '#common/platform';
import { IngestorConfig } from '../ingestor.config.js';
import { type PartitionKeeper, PartitionRightsError, BlockPartitions } from './partitions.port.js';
import { DAY_MICROS, type ArchiveWeek, weekOf } from './week.js';

export const ROUND_EVERY_MS = 600_000;
export const RETRY_AFTER_MS = 60_000;
/** One lock that was not to be had in time is no news. */
export const FAULT_SHOWN_AFTER_MS = 300_000;
const EXPIRE_EVERY_MS = 3_600_000;
/** Late blocks are mostly of last week; a month ahead outlasts a holiday of whoever grants rights. */
const WEEKS_BEHIND = 1;
export const WEEKS_AHEAD = 4;
/** At most 200 MiB, and some 0.1 s of one transaction when they are as small as they mostly are. */
const DELETE_BATCH_BLOCKS = 200;
const DELETE_BATCHES_PER_ROUND_MAX = 500;
const STOP_DEADLINE_MS = 2_000;

/**
 * Makes the partitions of the weeks to come, and removes what is older than the retention. Of several
 * ingestors one does it, the others skip. Blocks are stored whether or not this works.
 */
@Injectable()
export class PartitionUpkeep implements ReadinessCheck, OnApplicationBootstrap, OnModuleDestroy {
  readonly part = 'partitions';
  readonly #loop: BackgroundLoop;
  readonly #fault: LastingFault;
  /** Weeks that lie in the default partition for good: to count them again and again is no use. */
  readonly #crowded = new Set<Instant>();
  #expiredAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly partitions: BlockPartitions,
    private readonly clock: Clock,
    private readonly config: IngestorConfig,
  ) {
    this.#loop = new BackgroundLoop(clock, () => this.#round());
    this.#fault = new LastingFault(new Logger(PartitionUpkeep.name), clock, FAULT_SHOWN_AFTER_MS);
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  /** What takes long is aborted; a drop that is cut short is finished by the next start. */
  async onModuleDestroy(): Promise<void> {
    const stopped = this.#loop.stop(STOP_DEADLINE_MS);
    // What cannot be reached to abort it will not go on either.
    void this.partitions.abort().catch(() => undefined);
    await stopped;
  }

  check(): PartHealth {
    const details = {
      retention_days: this.config.TELEMETRY_RETENTION_DAYS ?? null,
      weeks_in_default: this.#crowded.size,
    };
    return this.#fault.health(details);
  }

  /** Never fails. @returns when to look again. */
  async #round(): Promise<number> {
    try {
      const keeper = await this.partitions.claim();
      if (keeper !== null) await this.#keep(keeper).finally(() => keeper.release());
      this.#fault.clear();
    } catch (fault) {
      if (!this.#loop.isStopped) this.#note(fault);
      if (!(fault instanceof PartitionRightsError)) return RETRY_AFTER_MS;
    }
    return ROUND_EVERY_MS;
  }

  async #keep(keeper: PartitionKeeper): Promise<void> {
    const now: Instant = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    const days = this.config.TELEMETRY_RETENTION_DAYS;
    const keepFrom = days === undefined ? Number.NEGATIVE_INFINITY : now - days * DAY_MICROS;
    const faults: unknown[] = [];
    const attempt = (work: Promise<unknown>): Promise<unknown> =>
      work.catch((fault: unknown) => faults.push(fault));
    // One without rights for the first may have those for the last.
    await attempt(keeper.finishDrops(keepFrom));
    await attempt(this.#create(keeper, now));
    if (days !== undefined && this.#isExpiryDue()) {
      await attempt(this.#dropWeeks(keeper, now, keepFrom));
      await attempt(this.#deleteStray(keeper, keepFrom));
    }
    if (faults.length > 0) throw faults[0];
  }

  #isExpiryDue(): boolean {
    return this.clock.monotonicMs() - this.#expiredAtMs >= EXPIRE_EVERY_MS;
  }

  async #create(keeper: PartitionKeeper, now: Instant): Promise<void> {
    const first = weekOf(now, -WEEKS_BEHIND).start;
    for (const start of this.#crowded) if (start < first) this.#crowded.delete(start);
    const known = new Set((await keeper.weeks()).map(({ start }) => start));
    for (let later = -WEEKS_BEHIND; later <= WEEKS_AHEAD && !this.#loop.isStopped; later += 1) {
      const week = weekOf(now, later);
      if (known.has(week.start) || this.#crowded.has(week.start)) continue;
      if (!(await keeper.create(week))) this.#crowded.add(week.start);
    }
  }

  /** What was received within the retention stays, whatever the ship's clock says of it. */
  async #dropWeeks(keeper: PartitionKeeper, now: Instant, keepFrom: Instant): Promise<void> {
    const horizon = weekOf(now, WEEKS_AHEAD).end;
    const isOut = ({ start, end }: ArchiveWeek): boolean => end <= keepFrom || start >= horizon;
    for (const week of (await keeper.weeks()).filter(isOut))
      if (!this.#loop.isStopped) await keeper.drop(week, keepFrom);
  }

  /** Those that one round does not get through are left to the next one. */
  async #deleteStray(keeper: PartitionKeeper, keepFrom: Instant): Promise<void> {
    for (let batch = 0; batch < DELETE_BATCHES_PER_ROUND_MAX && !this.#loop.isStopped; batch += 1) {
      if ((await keeper.deleteStray(keepFrom, DELETE_BATCH_BLOCKS)) > 0) continue;
      this.#expiredAtMs = this.clock.monotonicMs();
      return;
    }
  }

  #note(fault: unknown): void {
    const isForPeople = fault instanceof PartitionRightsError;
    const reason = isForPeople ? fault.message : 'The partitions of blocks cannot be kept';
    this.#fault.note(reason, fault, isForPeople);
  }
}
