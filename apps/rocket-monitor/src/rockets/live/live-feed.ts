import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DomainError, type RocketTrack } from '#common/domain';
import { LiveHub, type LiveOutput, type LiveRequest } from '#common/live';
import { Clock } from '#common/platform';
import { RocketMonitorConfig } from '../../rocket-monitor.config.js';
import { Fleet, type FleetChange } from '../fleet.js';
import { rocketDtoOf } from '../rocket.dto.js';

/** Tells clients of every change of every rocket, as long as they listen. */
@Injectable()
export class LiveFeed implements OnModuleDestroy {
  readonly #hub: LiveHub<RocketTrack>;
  #stopWatching: (() => void) | null = null;

  constructor(
    private readonly fleet: Fleet,
    clock: Clock,
    { ROCKET_EVENTS_CLIENTS_MAX: clientsMax }: RocketMonitorConfig,
  ) {
    this.#hub = new LiveHub({
      clock,
      clientsMax,
      dataOf: rocketDtoOf,
      words: { nameOf: () => 'rocket', snapshotOf: (rockets) => ({ rockets }) },
      full: (max) => new DomainError('ROCKET_EVENTS_FULL', `${max} clients listen already.`),
      onEmpty: () => this.#rest(),
    });
  }

  /**
   * Begins a stream, where `begin` says, with all that was taken before.
   * @throws DomainError ROCKET_EVENTS_FULL; whatever the store throws. Then `begin` was not called.
   */
  open(request: LiveRequest, begin: () => LiveOutput): Promise<void> {
    return this.#hub.open(request, () => this.#catchUp(), begin);
  }

  /** Open streams would hold up the server. */
  onModuleDestroy(): void {
    this.#hub.close();
  }

  async #catchUp(): Promise<void> {
    this.#stopWatching ??= this.fleet.watch((changes) => this.#take(changes));
    const { position, tracks } = await this.fleet.state();
    this.#note(tracks.map((track) => ({ position, track })));
  }

  #rest(): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  #take(changes: readonly FleetChange[]): void {
    this.#note(changes);
    this.#hub.tell();
  }

  #note(changes: readonly FleetChange[]): void {
    for (const { track, position } of changes)
      this.#hub.changes.note(track.channel, track, position);
  }
}
