import { Controller, type INestApplication, Injectable, Module } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { createHttpApp, LoggingConfig, StructuredLogger, SystemClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { BUS } from './bus.js';
import { connectBus } from './connect-bus.js';
import { DeadLetteredError, UnroutableError } from './delivery.errors.js';
import { envelope } from './envelope.js';
import { DELIVERY_LIMIT, InProcessBus } from './in-process.bus.js';
import { MemoryOutbox } from './memory.outbox.js';
import { OutboxRelay } from './outbox.relay.js';

const silent = new StructuredLogger(
  'test',
  Object.assign(new LoggingConfig(), { LOG_LEVEL: 'silent' }),
);

@Injectable()
class Received {
  readonly all: { readonly app: string; readonly data: unknown }[] = [];
  failuresLeft = 0;
}

@Controller()
class FirstConsumer {
  constructor(private readonly received: Received) {}

  @EventPattern('ship.seen', BUS)
  async seen(@Payload() data: object): Promise<void> {
    if (this.received.failuresLeft > 0) {
      this.received.failuresLeft -= 1;
      throw new Error('not yet');
    }
    this.received.all.push({ app: 'first', data });
  }

  @EventPattern('ship.garbled', BUS)
  async garbled(@Payload() _data: object): Promise<void> {
    this.received.failuresLeft += 1;
    throw new RpcException('nobody will ever understand this');
  }

  @MessagePattern('ship.get', BUS)
  async get(@Payload() question: { readonly name: string }): Promise<object> {
    return { answer: question.name, at: new Date(0) };
  }
}

@Controller()
class SecondConsumer {
  constructor(private readonly received: Received) {}

  @EventPattern('ship.seen', BUS)
  async seen(@Payload() data: object): Promise<void> {
    this.received.all.push({ app: 'second', data });
  }
}

@Module({ controllers: [FirstConsumer], providers: [Received] })
class FirstModule {}

@Module({ controllers: [SecondConsumer], providers: [Received] })
class SecondModule {}

describe('the in-process bus', () => {
  let bus: InProcessBus;
  let apps: INestApplication[];
  let first: Received;
  let second: Received;

  beforeEach(async () => {
    bus = new InProcessBus();
    apps = [];
    for (const [name, module] of [
      ['first', FirstModule],
      ['second', SecondModule],
    ] as const) {
      const app = await createHttpApp(module, { title: name, description: '', logger: silent });
      connectBus(app, bus, name);
      await app.startAllMicroservices();
      apps.push(app);
    }
    first = apps[0]!.get(Received);
    second = apps[1]!.get(Received);
  });

  afterEach(async () => {
    for (const app of apps) await app.close();
    await bus.close();
  });

  const publish = (type: string, data: object) =>
    lastValueFrom(bus.client().emit(type, envelope(type, data)), { defaultValue: undefined });

  it('hands an event to every app that listens, as its JSON', async () => {
    await publish('ship.seen', { at: new Date(0), nothing: undefined });
    const data = { at: '1970-01-01T00:00:00.000Z' };
    expect(first.all).toEqual([{ app: 'first', data }]);
    expect(second.all).toEqual([{ app: 'second', data }]);
  });

  it('delivers again to the app that failed, and to no other', async () => {
    first.failuresLeft = 2;
    await publish('ship.seen', { n: 1 });
    expect(first.all).toHaveLength(1);
    expect(second.all).toHaveLength(1);
  });

  it('gives the message back after the delivery limit, with what was wrong', async () => {
    first.failuresLeft = DELIVERY_LIMIT;
    await expect(publish('ship.seen', { n: 1 })).rejects.toThrow('not yet');
    expect(bus.health()).toMatchObject({ dead_letters: 0 });
  });

  it('does not try again what does not fit its contract', async () => {
    await expect(publish('ship.garbled', {})).rejects.toThrow(DeadLetteredError);
    expect(first.failuresLeft).toBe(1);
    expect(bus.health()).toMatchObject({ dead_letters: 1 });
  });

  it('refuses what nobody listens to', async () => {
    await expect(publish('ship.unheard', {})).rejects.toThrow(UnroutableError);
  });

  it('answers a request, as its JSON', async () => {
    const reply = await firstValueFrom(bus.client().send('ship.get', { name: 'Enterprise' }));
    expect(reply).toEqual({ answer: 'Enterprise', at: '1970-01-01T00:00:00.000Z' });
  });

  it('fails a request that nobody answers', async () => {
    await expect(firstValueFrom(bus.client().send('ship.nobody', {}))).rejects.toThrow(
      'ship.nobody',
    );
  });

  describe('fed by a relay', () => {
    let outbox: MemoryOutbox;
    let relay: OutboxRelay;

    beforeEach(() => {
      const clock = new SystemClock();
      outbox = new MemoryOutbox(clock);
      const mandatory = new Set(['ship.commanded']);
      relay = new OutboxRelay({ outbox, client: bus.client(), clock, mandatory });
      relay.start();
    });

    afterEach(() => relay.stop());

    it('delivers all that the outbox holds, and empties it', async () => {
      for (let n = 0; n < 1_000; n += 1) outbox.add(envelope('ship.seen', { n }));
      relay.wake();
      await until(async () => expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 }));
      expect(new Set(first.all.map(({ data }) => JSON.stringify(data))).size).toBe(1_000);
    });

    it('lets an event go unheard, and keeps a command', async () => {
      outbox.add(envelope('ship.unheard', {}));
      outbox.add(envelope('ship.commanded', {}));
      relay.wake();
      await until(async () => expect(await outbox.counts()).toEqual({ waiting: 1, dead: 0 }));
    });

    it('outlasts a receiver that fails for longer than the bus tries', async () => {
      first.failuresLeft = 2 * DELIVERY_LIMIT;
      outbox.add(envelope('ship.seen', { n: 1 }));
      relay.wake();
      await until(() => expect(first.all).toHaveLength(1), 10_000);
      await until(async () => expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 }));
    });

    it('sends at once what a relay that died had taken', async () => {
      outbox.add(envelope('ship.seen', { n: 1 }));
      await outbox.claim(1, 100);
      relay.wake();
      await until(() => expect(first.all).toHaveLength(1));
    });

    it('keeps aside what a receiver cannot handle', async () => {
      outbox.add(envelope('ship.garbled', {}));
      relay.wake();
      await until(async () => expect(await outbox.counts()).toEqual({ waiting: 0, dead: 1 }));
    });
  });
});
