import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
} from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import {
  RECEPTION_CLOSE,
  RECEPTION_OPEN,
  type ReceptionCloseDto,
  type ReceptionOpenDto,
  ROCKET_GET,
  type RocketGetDto,
  type RocketGetReply,
} from '#common/contracts';
import { type Bus, BUS, BusFaultFilter, envelope } from '#common/messaging';

/** What the other apps would do, as far as the scheduler can see: it keeps what it is told. */
@Injectable()
class Told {
  readonly opened: ReceptionOpenDto[] = [];
  readonly closed: ReceptionCloseDto[] = [];
  readonly explosions = new Map<string, string>();
}

@Controller()
class StandInConsumer {
  constructor(private readonly told: Told) {}

  @EventPattern(RECEPTION_OPEN, BUS)
  async open(@Payload() open: ReceptionOpenDto): Promise<void> {
    this.told.opened.push(open);
  }

  @EventPattern(RECEPTION_CLOSE, BUS)
  async close(@Payload() close: ReceptionCloseDto): Promise<void> {
    this.told.closed.push(close);
  }

  @MessagePattern(ROCKET_GET, BUS)
  async rocket(@Payload() { channel }: RocketGetDto): Promise<RocketGetReply> {
    const reason = this.told.explosions.get(channel);
    return { channel, is_known: reason !== undefined, exploded_reason: reason ?? '' };
  }
}

@Module({ controllers: [StandInConsumer], providers: [Told] })
class StandInModule {}

export interface StandIn extends Told {
  publish(type: string, data: object): Promise<void>;
  close(): Promise<void>;
}

/** Listens on the bus in place of ingestor and rocket monitor. */
export async function aStandIn(bus: Bus): Promise<StandIn> {
  const strategy = bus.server('stand-in');
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(StandInModule, {
    strategy,
    logger: false,
  });
  app.useGlobalFilters(new BusFaultFilter());
  await app.listen();
  const client = bus.client();
  const { opened, closed, explosions } = app.get(Told);
  return {
    opened,
    closed,
    explosions,
    publish: (type, data) =>
      lastValueFrom(client.emit(type, envelope(type, data)), { defaultValue: undefined }),
    close: () => app.close(),
  };
}
