import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DomainError, type RocketFact } from '#common/domain';
import { type Bus, MEMORY_OUTBOX_MAX, MemoryOutbox, type OutboxRelay } from '#common/messaging';
import type { Clock, PartHealth } from '#common/platform';
import { RocketEvents, type RocketFactSink } from '../rockets/rocket-events.port.js';
import { rocketEnvelope } from './rocket-event.envelope.js';
import { rocketEventRelay, rocketEventsHealth } from './rocket-event.relay.js';

/** Waiting events past which the health says that the bus does not keep up. */
const WAITING_DEGRADED = MEMORY_OUTBOX_MAX / 2;

/** Tells over the bus, by way of an outbox in memory: what was not told yet is lost with the process. */
@Injectable()
export class OutboxRocketEvents
  extends RocketEvents
  implements RocketFactSink, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #outbox: MemoryOutbox;
  readonly #relay: OutboxRelay;

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {
    super();
    this.#outbox = new MemoryOutbox(clock);
    this.#relay = rocketEventRelay(bus, this.#outbox, clock);
  }

  publish(channel: string, fact: RocketFact): void {
    try {
      this.#outbox.add(rocketEnvelope(channel, fact, new Date(this.clock.nowMs())));
    } catch (fault) {
      throw new DomainError('ROCKET_STORE_FULL', 'Too many events wait for the bus.', {
        cause: fault,
      });
    }
    this.#relay.wake();
  }

  async health(): Promise<PartHealth> {
    return rocketEventsHealth(this.bus, await this.#outbox.counts(), WAITING_DEGRADED);
  }

  onApplicationBootstrap(): void {
    this.#relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#relay.stop();
  }
}
