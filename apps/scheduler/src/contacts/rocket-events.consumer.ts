import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { ROCKET_EXPLODED, RocketExplodedDto } from '#common/contracts';
import { BUS } from '#common/messaging';
import { EventPayload } from '#common/platform';
import { ContactsService } from './contacts.service.js';

/** The bus's way in for what happens to rockets. */
@Controller()
export class RocketEventsConsumer {
  constructor(private readonly contacts: ContactsService) {}

  @EventPattern(ROCKET_EXPLODED, BUS)
  exploded(@EventPayload() { channel, reason }: RocketExplodedDto): Promise<void> {
    return this.contacts.rocketExploded(channel, reason);
  }
}
