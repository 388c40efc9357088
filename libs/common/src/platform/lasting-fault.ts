import type { Logger } from '@nestjs/common';
import type { Clock } from './clock.js';
import { FaultLog } from './fault-log.js';
import type { PartHealth } from './health.module.js';

interface Known {
  readonly reason: string;
  readonly sinceMs: number;
  readonly isShownAtOnce: boolean;
}

/** A fault of work in the background. What fails once and then works is no news for the health. */
export class LastingFault {
  readonly #log: FaultLog;
  #known: Known | null = null;

  constructor(
    logger: Logger,
    private readonly clock: Clock,
    private readonly shownAfterMs: number,
  ) {
    this.#log = new FaultLog(logger, clock);
  }

  /** `isShownAtOnce`: only people can mend it. */
  note(reason: string, fault: unknown, isShownAtOnce: boolean): void {
    const sinceMs = this.#known?.sinceMs ?? this.clock.monotonicMs();
    this.#known = { reason, isShownAtOnce, sinceMs };
    this.#log.note(reason, fault);
  }

  clear(): void {
    this.#known = null;
  }

  health(details: Readonly<Record<string, unknown>>): PartHealth {
    if (this.#known === null) return { status: 'up', ...details };
    const { reason, sinceMs, isShownAtOnce } = this.#known;
    const isLong = this.clock.monotonicMs() - sinceMs >= this.shownAfterMs;
    if (!isLong && !isShownAtOnce) return { status: 'up', ...details };
    return { status: 'degraded', reason, ...details };
  }
}
