import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type CancelTimer, Clock, FaultLog } from '#common/platform';
import { ChangeFeed } from './change-feed.js';
import { ChangeLog } from './change-log.port.js';
import { ChangeTicks } from './change-ticks.port.js';

/** What other schedulers changed or numbered is found so late at most. */
const POLL_MS = 250;
/** After a change: numbers have time, the starts of the same instant have none. */
const QUIET_MS = 100;
/** However many changes follow one another. */
const WAIT_MS_MAX = 500;
/** One commit numbers so many; it holds the database for some ten milliseconds. */
const NUMBERED_MAX = 1_000;
/** Between two commits, for others to come between. */
const PAUSE_MS = 50;

/** Gives committed changes their numbers, and tells those who listen. */
@Injectable()
export class ChangeLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #faults: FaultLog;
  #isStopped = false;
  #round: Promise<void> | null = null;
  #cancel: CancelTimer | null = null;
  /** Something changed while a round was running, maybe behind its back. */
  #isWoken = false;
  /** The latest time for the next round, on the steady clock. */
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly log: ChangeLog,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    ticks: ChangeTicks,
  ) {
    this.#faults = new FaultLog(new Logger(ChangeLoop.name), clock);
    ticks.onTick(() => this.#tick());
  }

  onApplicationBootstrap(): void {
    this.#next(0);
  }

  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#round;
  }

  /** Once it has been quiet for a moment, but not for ever. */
  #tick(): void {
    this.#isWoken = true;
    if (this.#cancel === null) return;
    const now = this.clock.monotonicMs();
    this.#deadlineMs = Math.min(this.#deadlineMs, now + WAIT_MS_MAX);
    this.#next(Math.max(0, Math.min(QUIET_MS, this.#deadlineMs - now)));
  }

  #next(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel?.();
    this.#cancel = this.clock.after(delayMs, () => {
      this.#cancel = null;
      this.#deadlineMs = Number.POSITIVE_INFINITY;
      this.#isWoken = false;
      this.#round = this.#run().then((delay) =>
        this.#next(this.#isWoken ? Math.min(delay, QUIET_MS) : delay),
      );
    });
  }

  /** @returns when the next round shall be */
  async #run(): Promise<number> {
    try {
      const count = await this.log.number(NUMBERED_MAX);
      await this.feed.catchUp();
      return count === NUMBERED_MAX ? PAUSE_MS : POLL_MS;
    } catch (fault) {
      this.#faults.note('Changes could not be numbered or read; the next round tries again', fault);
      return POLL_MS;
    }
  }
}
