import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { BackgroundLoop, Clock, FaultLog } from '#common/platform';
import { StartsService } from './starts.service.js';
import { UnreportedContacts } from './unreported-contacts.js';

/** The safety net under the alarm: what it missed starts at most so late. */
const SWEEP_MS = 500;
const REFRESH_MS = 5_000;

/** Sweeps over due rows, claims those of the next seconds, and keeps the alarms of the next minute. */
@Injectable()
export class StartsLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #faults: FaultLog;
  readonly #loop: BackgroundLoop;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly starts: StartsService,
    private readonly unreported: UnreportedContacts,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(new Logger(StartsLoop.name), clock);
    this.#loop = new BackgroundLoop(clock, () => this.#sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#loop.stop();
    await this.starts
      .release()
      .catch((fault: unknown) => this.#faults.note('Claims are left to their end', fault));
  }

  async #sweep(): Promise<number> {
    try {
      await this.starts.startDue();
      await this.starts.settle();
      await this.starts.claim();
      await this.starts.closePassed();
      await this.unreported.giveUp();
      await this.#refresh();
    } catch (fault) {
      this.#faults.note('A sweep failed; the next one tries again', fault);
    }
    return SWEEP_MS;
  }

  async #refresh(): Promise<void> {
    const now = this.clock.monotonicMs();
    if (now - this.#refreshedAtMs < REFRESH_MS) return;
    await this.starts.refreshAlarms();
    this.#refreshedAtMs = now;
  }
}
