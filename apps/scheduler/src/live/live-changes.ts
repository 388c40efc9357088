import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { type LiveOutput, LivePlaces } from '#common/live';
import { Clock, ValidationException } from '#common/platform';
import { SchedulerConfig } from '../scheduler.config.js';
import { ChangeClient } from './change-client.js';
import type { ChangeFilter } from './change-event.js';
import { ChangeFeed } from './change-feed.js';

/** Tells clients of every change of a contact, as long as they listen. */
@Injectable()
export class LiveChanges implements OnModuleDestroy {
  readonly #places: LivePlaces;
  #stopListening: (() => void) | null = null;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    { SCHEDULER_EVENTS_CLIENTS_MAX: clientsMax }: SchedulerConfig,
  ) {
    this.#places = new LivePlaces({
      clock,
      clientsMax,
      full: (max) => new DomainError('SCHEDULER_EVENTS_FULL', `${max} clients listen already.`),
      onEmpty: () => this.#rest(),
    });
  }

  /**
   * Begins a stream, where `begin` says, behind the change of that number; null: with the next one.
   * @throws DomainError SCHEDULER_EVENTS_FULL; ValidationException for a number that was not given
   *   yet; whatever the log throws. Then `begin` was not called.
   */
  async open(number: number | null, filter: ChangeFilter, begin: () => LiveOutput): Promise<void> {
    let from = 0;
    const prepare = async (): Promise<void> => {
      this.#stopListening ??= this.feed.listen(() => this.#places.tell());
      from = await this.#begin(number);
    };
    const { feed, clock } = this;
    await this.#places.open(
      prepare,
      (onEnd) => new ChangeClient(feed, { from, filter }, begin(), { clock, onEnd }),
    );
  }

  /** Open streams would hold up the server. */
  onModuleDestroy(): void {
    this.#places.close();
  }

  async #begin(number: number | null): Promise<number> {
    const last = await this.feed.last(number ?? 0);
    if (number === null || number <= last) return number ?? last;
    const message = `last_event_id must be at most ${last}, the number of the last change`;
    throw new ValidationException([{ field: 'last_event_id', message }]);
  }

  #rest(): void {
    this.#stopListening?.();
    this.#stopListening = null;
  }
}
