import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleDestroy, ServiceUnavailableException } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { type CancelTimer, Clock } from '#common/platform';
import { RocketMonitorConfig } from '../../rocket-monitor.config.js';
import { Fleet, type FleetChange } from '../fleet.js';
import { LatestChanges } from './latest-changes.js';
import { LiveClient, type LiveOutput, type LiveRequest } from './live-client.js';

/** Proxies and load balancers close connections that are silent for longer. */
export const HEARTBEAT_MS = 15_000;

/** Tells clients of every change of every rocket, as long as they listen. */
@Injectable()
export class LiveFeed implements OnModuleDestroy {
  readonly #boot = randomBytes(6).toString('hex');
  readonly #changes = new LatestChanges();
  readonly #clients = new Set<LiveClient>();
  /** Also of those who are coming. */
  #placesTaken = 0;
  #stopWatching: (() => void) | null = null;
  #cancelBeat: CancelTimer | null = null;
  #isClosed = false;

  constructor(
    private readonly fleet: Fleet,
    private readonly clock: Clock,
    private readonly config: RocketMonitorConfig,
  ) {}

  /**
   * Begins a stream, where `begin` says, with all that was taken before.
   * @throws DomainError ROCKET_EVENTS_FULL; whatever the store throws. Then `begin` was not called.
   */
  async open(request: LiveRequest, begin: () => LiveOutput): Promise<void> {
    this.#takePlace();
    try {
      this.#stopWatching ??= this.fleet.watch((changes) => this.#take(changes));
      this.#cancelBeat ??= this.clock.after(HEARTBEAT_MS, () => this.#beat());
      const { position, tracks } = await this.fleet.state();
      if (this.#isClosed) throw new ServiceUnavailableException('The rocket monitor is stopping.');
      this.#note(tracks.map((track) => ({ position, track })));
      this.#add(request, begin());
    } catch (fault) {
      this.#leave();
      throw fault;
    }
  }

  /** Open streams would hold up the server. */
  onModuleDestroy(): void {
    this.#isClosed = true;
    for (const client of this.#clients) client.end();
    this.#rest();
  }

  #takePlace(): void {
    const { ROCKET_EVENTS_CLIENTS_MAX: placesMax } = this.config;
    if (this.#placesTaken >= placesMax)
      throw new DomainError('ROCKET_EVENTS_FULL', `${placesMax} clients listen already.`);
    this.#placesTaken += 1;
  }

  #add(request: LiveRequest, output: LiveOutput): void {
    const source = { boot: this.#boot, changes: this.#changes, clock: this.clock };
    const client: LiveClient = new LiveClient(source, request, output, () => {
      this.#clients.delete(client);
      this.#leave();
    });
    this.#clients.add(client);
    if (output.connection.destroyed) client.end();
    else client.pump();
  }

  #leave(): void {
    this.#placesTaken -= 1;
    if (this.#placesTaken === 0) this.#rest();
  }

  /** Positions stay good: what changed meanwhile is noted when somebody comes. */
  #rest(): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    this.#changes.forgetTexts();
  }

  #take(changes: readonly FleetChange[]): void {
    this.#note(changes);
    for (const client of this.#clients) client.pump();
  }

  #note(changes: readonly FleetChange[]): void {
    for (const { track, position } of changes) this.#changes.note(track, position);
  }

  #beat(): void {
    for (const client of this.#clients) client.beat();
    this.#cancelBeat = this.clock.after(HEARTBEAT_MS, () => this.#beat());
  }
}
