import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { ROCKET_GET, RocketGetDto, type RocketGetReply } from '#common/contracts';
import { BUS } from '#common/messaging';
import { EventPayload } from '#common/platform';
import { RocketsService } from './rockets.service.js';

/** The bus's way in: other apps ask for one rocket. */
@Controller()
export class RocketConsumer {
  constructor(private readonly rockets: RocketsService) {}

  @MessagePattern(ROCKET_GET, BUS)
  async get(@EventPayload() { channel }: RocketGetDto): Promise<RocketGetReply> {
    const track = await this.rockets.find(channel);
    const exploded_reason = track?.rocket.explodedReason ?? '';
    return { channel, is_known: track !== null, exploded_reason };
  }
}
