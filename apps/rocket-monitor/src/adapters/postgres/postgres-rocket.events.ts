import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Bus, OutboxRelay } from '#common/messaging';
import { TypeOrmOutbox } from '#common/persistence';
import type { Clock, PartHealth } from '#common/platform';
import { RocketEvents } from '../../rockets/rocket-events.port.js';
import { rocketEventRelay, rocketEventsHealth } from '../rocket-event.relay.js';
import { awayReason } from './log-connections.js';
import type { PostgresRocketStore } from './postgres-rocket.store.js';
import { ROCKET_OUTBOX } from './telling-transaction.js';

/** Waiting events past which the health says that the bus does not keep up. */
const WAITING_DEGRADED = 50_000;

/**
 * Tells over the bus what the store has put into its outbox. All monitors on one database share the
 * work: what one that died has left, the next one tells.
 */
@Injectable()
export class PostgresRocketEvents
  extends RocketEvents
  implements OnApplicationBootstrap, OnModuleDestroy
{
  readonly #outbox: TypeOrmOutbox;
  readonly #relay: OutboxRelay;

  constructor(
    private readonly bus: Bus,
    store: PostgresRocketStore,
    source: DataSource,
    clock: Clock,
  ) {
    super();
    this.#outbox = new TypeOrmOutbox(source, ROCKET_OUTBOX);
    this.#relay = rocketEventRelay(bus, this.#outbox, clock);
    store.onEvent(() => this.#relay.wake());
  }

  async health(): Promise<PartHealth> {
    try {
      return rocketEventsHealth(this.bus, await this.#outbox.counts(), WAITING_DEGRADED);
    } catch (fault) {
      const reason = `The events wait in PostgreSQL. ${awayReason(fault)}`;
      return { ...this.bus.health(), status: 'degraded', reason };
    }
  }

  onApplicationBootstrap(): void {
    this.#relay.start();
  }

  /** Before the connections to PostgreSQL go. */
  async onModuleDestroy(): Promise<void> {
    await this.#relay.stop();
  }
}
