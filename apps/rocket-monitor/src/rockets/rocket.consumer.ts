import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { ROCKET_GET, ROCKET_MESSAGE, RocketGetDto, type RocketGetReply } from '#common/contracts';
import { BUS } from '#common/messaging';
import { EventPayload, problemOf } from '#common/platform';
import { channelIn, checkedOfAnySize } from './message-body.js';
import { RocketsService } from './rockets.service.js';

/** The bus's way in: messages of rockets, and other apps that ask for one rocket. */
@Controller()
export class RocketConsumer {
  constructor(private readonly rockets: RocketsService) {}

  /** A body that does not fit is kept among the rejected, as by HTTP, and is a dead letter. */
  @EventPattern(ROCKET_MESSAGE, BUS)
  async take(@Payload() body: unknown): Promise<void> {
    try {
      await this.rockets.take(await checkedOfAnySize(body, () => JSON.stringify(body)));
    } catch (fault) {
      await this.#reject(body, fault);
    }
  }

  @MessagePattern(ROCKET_GET, BUS)
  async get(@EventPayload() { channel }: RocketGetDto): Promise<RocketGetReply> {
    const track = await this.rockets.find(channel);
    const exploded_reason = track?.rocket.explodedReason ?? '';
    return { channel, is_known: track !== null, exploded_reason };
  }

  /** @throws the fault as it is where a later delivery may succeed, else one that says that none will */
  async #reject(body: unknown, fault: unknown): Promise<never> {
    const { status, code, detail, errors } = problemOf(fault, '');
    if (status >= 500) throw fault;
    await this.rockets.reject({
      code,
      detail,
      channel: channelIn(body),
      body: JSON.stringify(body),
    });
    throw new RpcException({ code, message: detail, ...(errors && { errors }) });
  }
}
