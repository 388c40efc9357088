import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type CancelTimer, Clock, FaultLog } from '#common/platform';
import { DatabaseClock } from './database.clock.js';

const EVERY_MS = 10_000;

/** Measures again and again how far the database's clock is from ours, and warns when it is far. */
@Injectable()
export class ClockWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(ClockWatch.name);
  readonly #faults: FaultLog;
  #isFar = false;
  #isStopped = false;
  #cancel: CancelTimer | null = null;
  #measuring: Promise<void> = Promise.resolve();

  constructor(
    private readonly databaseClock: DatabaseClock,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
  }

  onApplicationBootstrap(): void {
    this.#next(0);
  }

  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#measuring;
  }

  #next(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.clock.after(delayMs, () => {
      this.#measuring = this.#measure().finally(() => this.#next(EVERY_MS));
    });
  }

  async #measure(): Promise<void> {
    try {
      await this.databaseClock.measure();
      this.#warn();
    } catch (fault) {
      this.#faults.note("The database's clock cannot be read", fault);
    }
  }

  #warn(): void {
    const { status, ...details } = this.databaseClock.health();
    const isFar = status !== 'up';
    if (isFar && !this.#isFar) this.#logger.warn({ message: 'Clocks are apart', ...details });
    this.#isFar = isFar;
  }
}
