import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { BackgroundLoop, Clock, FaultLog } from '#common/platform';
import { DatabaseClock } from './database.clock.js';

const EVERY_MS = 10_000;

/** Measures again and again how far the database's clock is from ours, and warns when it is far. */
@Injectable()
export class ClockWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(ClockWatch.name);
  readonly #faults: FaultLog;
  readonly #loop: BackgroundLoop;
  #isFar = false;

  constructor(
    private readonly databaseClock: DatabaseClock,
    clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
    this.#loop = new BackgroundLoop(clock, () => this.#measure());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#loop.stop();
  }

  async #measure(): Promise<number> {
    try {
      await this.databaseClock.measure();
      this.#warn();
    } catch (fault) {
      this.#faults.note("The database's clock cannot be read", fault);
    }
    return EVERY_MS;
  }

  #warn(): void {
    const { status, ...details } = this.databaseClock.health();
    const isFar = status !== 'up';
    if (isFar && !this.#isFar) this.#logger.warn({ message: 'Clocks are apart', ...details });
    this.#isFar = isFar;
  }
}
