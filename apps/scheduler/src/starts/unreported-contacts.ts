import { Injectable, Logger } from '@nestjs/common';
import { Bus, OutboxRelay } from '#common/messaging';
import { Clock } from '#common/platform';
import { ContactCourse } from './contact-course.port.js';

const BATCH_MAX = 1_000;
/** How long after the planned end a contact may stay without a report. */
export const REPORT_GRACE_MS = 30_000;
/** Longer between two looks, and this process was away itself: frozen, or without its database. */
const LOOK_GAP_MS_MAX = 5_000;

const UNREPORTED = 'No receiver reported the end of the contact';

/**
 * Gives up contacts of whose end nobody tells. What was told while this scheduler, its database or the
 * bus was away waits for it still, so the grace counts from when it could hear again, too: otherwise
 * a contact that was received to its end would be called failed by whoever comes back first.
 */
@Injectable()
export class UnreportedContacts {
  readonly #logger = new Logger(UnreportedContacts.name);
  #hearingSinceMs: number | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly course: ContactCourse,
    private readonly relay: OutboxRelay,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** To be called every now and then; does nothing before it has heard for long enough. */
  async giveUp(): Promise<void> {
    if (!this.#hasHeardEnough()) return;
    const failed = await this.course.failUnreported(BATCH_MAX, REPORT_GRACE_MS, UNREPORTED);
    if (failed === 0) return;
    this.#logger.warn({ message: 'Contacts without a report were given up', failed });
    this.relay.wake();
  }

  #hasHeardEnough(): boolean {
    const nowMs = this.clock.monotonicMs();
    const wasAway = nowMs - this.#lookedAtMs > LOOK_GAP_MS_MAX;
    this.#lookedAtMs = nowMs;
    if (this.bus.health().status === 'down') {
      this.#hearingSinceMs = null;
      return false;
    }
    if (wasAway || this.#hearingSinceMs === null) this.#hearingSinceMs = nowMs;
    return nowMs - this.#hearingSinceMs >= REPORT_GRACE_MS;
  }
}
