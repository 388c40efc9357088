import type { Logger } from '@nestjs/common';
import type { Clock } from './clock.js';

const SAME_FAULT_EVERY_MS = 10_000;

/** Writes a fault that comes again and again once per interval, with how often it came meanwhile. */
export class FaultLog {
  #lastMs = Number.NEGATIVE_INFINITY;
  #suppressedCount = 0;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  note(message: string, fault: unknown): void {
    const now = this.clock.monotonicMs();
    if (now - this.#lastMs < SAME_FAULT_EVERY_MS) {
      this.#suppressedCount += 1;
      return;
    }
    this.logger.error({ message, fault, suppressed: this.#suppressedCount });
    this.#lastMs = now;
    this.#suppressedCount = 0;
  }
}
