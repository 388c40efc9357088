import { Injectable } from '@nestjs/common';
import { DomainError, type Instant } from '#common/domain';
import { Clock } from '#common/platform';
import type { NewContact } from './contact-store.port.js';
import { RocketDirectory } from './rocket-directory.port.js';

/** Questions to the rocket monitor that wait for their answers at one time. */
const QUESTIONS_MAX = 32;

/** What can be said against a booking before its transaction begins. */
@Injectable()
export class BookingRules {
  constructor(
    private readonly rockets: RocketDirectory,
    private readonly clock: Clock,
  ) {}

  isPast(startTime: Instant): boolean {
    return startTime <= this.clock.nowMs() * 1_000;
  }

  /**
   * Why each of these cannot be booked; null for one that can.
   * @throws {DomainError} ROCKET_STATE_UNAVAILABLE
   */
  async faultsOf(contacts: readonly NewContact[]): Promise<readonly (DomainError | null)[]> {
    const arePast = contacts.map(({ startTime }) => this.isPast(startTime));
    const explosions = await this.#explosions(contacts.filter((_, at) => !arePast[at]));
    return contacts.map(({ channel }, at) => {
      if (arePast[at]) return startTimePassed();
      const reason = channel === null ? undefined : explosions.get(channel);
      if (reason === undefined) return null;
      return new DomainError('ROCKET_EXPLODED', `Rocket ${channel} exploded: ${reason}`);
    });
  }

  /** The reasons, by channel, of the rockets that exploded. */
  async #explosions(contacts: readonly NewContact[]): Promise<ReadonlyMap<string, string>> {
    const channels = [...new Set(contacts.flatMap(({ channel }) => channel ?? []))];
    const exploded = new Map<string, string>();
    for (let at = 0; at < channels.length; at += QUESTIONS_MAX) {
      const asked = channels.slice(at, at + QUESTIONS_MAX);
      const reasons = await Promise.all(asked.map((one) => this.rockets.explosionReason(one)));
      for (const [nr, reason] of reasons.entries())
        if (reason !== null) exploded.set(asked[nr]!, reason);
    }
    return exploded;
  }
}

export const startTimePassed = (): DomainError =>
  new DomainError('START_TIME_PASSED', 'Start time must be greater than current time', {
    field: 'start_time',
  });

/** The fault of one of several contacts says which. */
export const faultOfItem = ({ code, message, field, facts }: DomainError, index: number) =>
  new DomainError(code, message, {
    ...(field !== null && { field }),
    facts: { ...facts, index },
  });
