import { Controller, type INestApplication, Injectable, Module } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { createHttpApp, LoggingConfig, StructuredLogger } from '#common/platform';
import { type Bus, BUS } from '../bus.js';
import { connectBus } from '../connect-bus.js';

/** What a test app was told, and how it shall behave. */
@Injectable()
export class Received {
  readonly all: unknown[] = [];
  /** Deliveries, also those that failed. */
  deliveryCount = 0;
  garbledCount = 0;
  failuresLeft = 0;

  take(data: object): void {
    this.deliveryCount += 1;
    if (this.failuresLeft > 0) {
      this.failuresLeft -= 1;
      throw new Error('not yet');
    }
    this.all.push(data);
  }
}

@Controller()
class FirstConsumer {
  constructor(private readonly received: Received) {}

  @EventPattern('ship.seen', BUS)
  async seen(@Payload() data: object): Promise<void> {
    this.received.take(data);
  }

  @EventPattern('ship.garbled', BUS)
  async garbled(@Payload() _data: object): Promise<void> {
    this.received.garbledCount += 1;
    throw new RpcException('nobody will ever understand this');
  }

  @MessagePattern('ship.get', BUS)
  async get(@Payload() question: { readonly name: string }): Promise<object> {
    return { answer: question.name, at: new Date(0) };
  }

  @MessagePattern('ship.sunk', BUS)
  async sunk(@Payload() _question: object): Promise<object> {
    throw new Error('the ship is gone');
  }
}

@Controller()
class SecondConsumer {
  constructor(private readonly received: Received) {}

  @EventPattern('ship.seen', BUS)
  async seen(@Payload() data: object): Promise<void> {
    this.received.take(data);
  }
}

@Module({ controllers: [FirstConsumer], providers: [Received] })
export class FirstModule {}

@Module({ controllers: [SecondConsumer], providers: [Received] })
export class SecondModule {}

const silent = new StructuredLogger(
  'test',
  Object.assign(new LoggingConfig(), { LOG_LEVEL: 'silent' }),
);

/** An app of nothing but handlers, connected as the real ones are. */
export async function listenOn(
  bus: Bus,
  name: string,
  module: new () => object,
): Promise<INestApplication> {
  const app = await createHttpApp(module, { title: name, description: '', logger: silent });
  connectBus(app, bus, name);
  await app.startAllMicroservices();
  return app;
}

/** The app's way in, as the bus made it. */
export const serverOf = <T>(app: INestApplication): T => app.getMicroservices()[0]!.unwrap<T>();

/** An app whose one handler, of `work.do`, is the test's own function; `work.ask` answers it back. */
export function workModule(
  work: (data: { readonly n: number }) => Promise<unknown>,
): new () => object {
  @Controller()
  class WorkConsumer {
    @EventPattern('work.do', BUS)
    async do(@Payload() data: { readonly n: number }): Promise<void> {
      await work(data);
    }

    @MessagePattern('work.ask', BUS)
    ask(@Payload() data: { readonly n: number }): Promise<unknown> {
      return work(data);
    }
  }

  @Module({ controllers: [WorkConsumer] })
  class WorkModule {}
  return WorkModule;
}
