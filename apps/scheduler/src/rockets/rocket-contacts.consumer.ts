import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { CONTACT_OF_ROCKETS, RocketContactsDto, type RocketContactsReply } from '#common/contracts';
import { BUS } from '#common/messaging';
import { EventPayload } from '#common/platform';
import { RocketContactBook } from './rocket-contact.book.port.js';

/** The rocket monitor asks what is booked. */
@Controller()
export class RocketContactsConsumer {
  constructor(private readonly book: RocketContactBook) {}

  @MessagePattern(CONTACT_OF_ROCKETS, BUS)
  async contactsOf(@EventPayload() { channels }: RocketContactsDto): Promise<RocketContactsReply> {
    return { rockets: await this.book.contactsOf(channels) };
  }
}
