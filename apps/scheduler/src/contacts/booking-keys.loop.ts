import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { BackgroundLoop, Clock, FaultLog } from '#common/platform';
import { BookingKeys } from './booking-keys.port.js';

/** How long a request can be repeated under its key: seven days. */
export const KEY_AGE_MS_MAX = 7 * 24 * 3_600_000;
const ROUND_MS = 10 * 60_000;
const FORGET_MAX = 1_000;
/** Of one round: a backlog is worked off in several, and never holds up the end of the app for long. */
const FORGETTINGS_MAX = 100;

/** Forgets the keys that are too old, now and then. */
@Injectable()
export class BookingKeysLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #faults: FaultLog;
  readonly #loop: BackgroundLoop;

  constructor(
    private readonly keys: BookingKeys,
    clock: Clock,
  ) {
    this.#faults = new FaultLog(new Logger(BookingKeysLoop.name), clock);
    this.#loop = new BackgroundLoop(clock, () => this.#forget());
  }

  onApplicationBootstrap(): void {
    this.#loop.start(ROUND_MS);
  }

  onModuleDestroy(): Promise<void> {
    return this.#loop.stop();
  }

  async #forget(): Promise<number> {
    try {
      for (let count = 0; count < FORGETTINGS_MAX && !this.#loop.isStopped; count += 1)
        if ((await this.keys.forget(KEY_AGE_MS_MAX, FORGET_MAX)) < FORGET_MAX) break;
    } catch (fault) {
      this.#faults.note('Old keys of bookings could not be forgotten', fault);
    }
    return ROUND_MS;
  }
}
