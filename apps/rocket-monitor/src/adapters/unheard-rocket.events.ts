import { Injectable } from '@nestjs/common';
import type { PartHealth } from '#common/platform';
import { RocketEvents, type RocketFactSink } from '../rockets/rocket-events.port.js';

/** Without a bus there is nobody to tell. */
@Injectable()
export class UnheardRocketEvents extends RocketEvents implements RocketFactSink {
  publish(): void {}

  async health(): Promise<PartHealth> {
    return { status: 'degraded', reason: 'no bus: RABBITMQ_URL is not set' };
  }
}
