import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type CancelTimer, Clock, FaultLog } from '#common/platform';
import { SeriesRoller } from './series-roller.js';
import { SeriesStore } from './series-store.port.js';

/** Series that another process was asked for wait at most so long. */
const EVERY_MS = 5_000;
const FORGET_EVERY_MS = 3_600_000;
const ENDED_KEPT_MS = 30 * 86_400_000;

/** Keeps the series rolled. Of several processes each takes what the others do not. */
@Injectable()
export class SeriesLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #faults: FaultLog;
  #isStopped = false;
  #isWoken = false;
  #running: Promise<void> | null = null;
  #cancel: CancelTimer | null = null;
  #forgotAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly roller: SeriesRoller,
    private readonly store: SeriesStore,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(new Logger(SeriesLoop.name), clock);
  }

  onApplicationBootstrap(): void {
    this.#next(0);
  }

  /** What is being booked is finished; the rest waits for the next start. */
  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running;
  }

  /** A series was made or changed. */
  wake(): void {
    this.#isWoken = true;
    if (this.#running === null) this.#next(0);
  }

  #next(delayMs: number): void {
    this.#cancel?.();
    if (this.#isStopped) return;
    this.#cancel = this.clock.after(delayMs, () => {
      this.#isWoken = false;
      this.#running = this.#round().finally(() => {
        this.#running = null;
        this.#next(this.#isWoken ? 0 : EVERY_MS);
      });
    });
  }

  async #round(): Promise<void> {
    try {
      while (!this.#isStopped && (await this.roller.rollNext(() => this.#isStopped)));
      await this.#forget();
    } catch (fault) {
      this.#faults.note('A series could not be rolled; it is tried again', fault);
    }
  }

  async #forget(): Promise<void> {
    const now = this.clock.monotonicMs();
    if (this.#isStopped || now - this.#forgotAtMs < FORGET_EVERY_MS) return;
    await this.store.forgetEnded(ENDED_KEPT_MS);
    this.#forgotAtMs = now;
  }
}
