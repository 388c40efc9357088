import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Bus, OutboxRelay } from '#common/messaging';
import type { Clock, PartHealth } from '#common/platform';
import { faultText } from '#common/redis';
import { RocketEvents } from '../../rockets/rocket-events.port.js';
import { rocketEventRelay, rocketEventsHealth } from '../rocket-event.relay.js';
import type { RedisRocketStore } from './redis-rocket.store.js';
import { EVENTS_MAX } from './take-answers.js';

/** Waiting events past which the health says that the bus does not keep up. */
const WAITING_DEGRADED = EVENTS_MAX / 2;

/**
 * Tells over the bus what the store has put into its outbox. All monitors on one Redis share the
 * work: what one that died has left, the next one tells.
 */
@Injectable()
export class RedisRocketEvents
  extends RocketEvents
  implements OnApplicationBootstrap, OnModuleDestroy
{
  readonly #relay: OutboxRelay;

  constructor(
    private readonly bus: Bus,
    private readonly store: RedisRocketStore,
    clock: Clock,
  ) {
    super();
    this.#relay = rocketEventRelay(bus, store.outbox, clock);
    store.onEvent(() => this.#relay.wake());
  }

  async health(): Promise<PartHealth> {
    try {
      return rocketEventsHealth(this.bus, await this.store.outbox.counts(), WAITING_DEGRADED);
    } catch (fault) {
      const reason = `The events wait in Redis: ${faultText(fault)}`;
      return { ...this.bus.health(), status: 'degraded', reason };
    }
  }

  onApplicationBootstrap(): void {
    this.#relay.start();
  }

  /** Before the connection to Redis goes. */
  async onModuleDestroy(): Promise<void> {
    await this.#relay.stop();
  }
}
