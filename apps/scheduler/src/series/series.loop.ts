import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { BackgroundLoop, Clock, FaultLog } from '#common/platform';
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
  readonly #loop: BackgroundLoop;
  #forgotAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly roller: SeriesRoller,
    private readonly store: SeriesStore,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(new Logger(SeriesLoop.name), clock);
    this.#loop = new BackgroundLoop(clock, () => this.#round());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  /** What is being booked is finished; the rest waits for the next start. */
  onModuleDestroy(): Promise<void> {
    return this.#loop.stop();
  }

  /** A series was made or changed. */
  wake(): void {
    this.#loop.wake();
  }

  async #round(): Promise<number> {
    const isStopped = (): boolean => this.#loop.isStopped;
    try {
      while (!isStopped() && (await this.roller.rollNext(isStopped)));
      await this.#forget();
    } catch (fault) {
      this.#faults.note('A series could not be rolled; it is tried again', fault);
    }
    return EVERY_MS;
  }

  async #forget(): Promise<void> {
    const now = this.clock.monotonicMs();
    if (this.#loop.isStopped || now - this.#forgotAtMs < FORGET_EVERY_MS) return;
    await this.store.forgetEnded(ENDED_KEPT_MS);
    this.#forgotAtMs = now;
  }
}
