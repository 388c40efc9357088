import { Injectable } from '@nestjs/common';
import { Outbox } from '#common/messaging';
import type { PartHealth, ReadinessCheck } from '#common/platform';
import { StrayCounters } from '../intake/stray-counters.js';
import { HoldingsLoop } from './holdings.loop.js';
import { IngestorIdentity } from './ingestor-identity.js';
import { ReceptionsService } from './receptions.service.js';

/** Counting the outbox asks the database. While that is away contacts go on, so it is only said. */
@Injectable()
export class ReceptionsHealth implements ReadinessCheck {
  readonly part = 'receptions';

  constructor(
    private readonly receptions: ReceptionsService,
    private readonly loop: HoldingsLoop,
    private readonly identity: IngestorIdentity,
    private readonly strays: StrayCounters,
    private readonly outbox: Outbox,
  ) {}

  async check(): Promise<PartHealth> {
    const outbox = await this.#outboxHealth();
    return {
      ...outbox,
      ingestor: this.identity.name,
      open: this.receptions.list().length,
      taken_over: this.loop.adoptedCount,
      stray_datagrams: this.strays.get(),
    };
  }

  async #outboxHealth(): Promise<PartHealth> {
    try {
      const { waiting, dead } = await this.outbox.counts();
      const status = dead > 0 ? 'degraded' : 'up';
      return { status, outbox_waiting: waiting, outbox_dead: dead };
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : String(fault);
      return { status: 'degraded', reason: `The outbox cannot be counted: ${reason}` };
    }
  }
}
