import { Logger } from '@nestjs/common';
import type { Clock } from '#common/platform';

const LOG_EVERY_MS = 10_000;

const NOT_CONNECTED = 'Redis is not connected';

/**
 * A fault's text alone: its other properties may hold a command with a password. For a command that
 * could not be sent the client has words that help nobody.
 */
export function faultText(fault: unknown): string {
  const text = fault instanceof Error ? fault.message : String(fault);
  return text.includes('enableOfflineQueue') ? NOT_CONNECTED : text;
}

/**
 * What is wrong with a Redis right now. A client reports each failed try to connect; the log gets a
 * line when it begins, one every ten seconds at most, and one when it is over.
 */
export class Outage {
  readonly #logger: Logger;
  #reason: string | null = null;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    context: string,
    private readonly clock: Clock,
  ) {
    this.#logger = new Logger(context);
  }

  get reason(): string | null {
    return this.#reason;
  }

  /** Why the connection failed says more than that there is none. */
  note(fault: unknown): void {
    const text = faultText(fault);
    if (text !== NOT_CONNECTED || this.#reason === null) this.#reason = text;
    const now = this.clock.monotonicMs();
    if (now - this.#loggedAtMs < LOG_EVERY_MS) return;
    this.#loggedAtMs = now;
    this.#logger.warn({ message: 'Redis cannot be used', reason: this.#reason });
  }

  end(): void {
    if (this.#reason === null) return;
    this.#reason = null;
    this.#loggedAtMs = Number.NEGATIVE_INFINITY;
    this.#logger.log('Redis can be used again');
  }
}
