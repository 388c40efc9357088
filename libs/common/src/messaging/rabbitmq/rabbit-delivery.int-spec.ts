import { Controller, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../../test/support/until.js';
import { BUS } from '../bus.js';
import { DELIVERY_LIMIT } from '../delivery.policy.js';
import { envelope } from '../envelope.js';
import { serverOf, workModule } from '../testing/bus-apps.js';
import { RabbitUnderTest } from '../testing/rabbit-under-test.js';
import { FAULT_HEADER } from './dead-letter.office.js';
import { PREFETCH_COUNT } from './rabbit.server.js';

/** The rules N1 to N19 of RabbitMQ with Nest, as far as a healthy broker shows them. */
describe('deliveries from RabbitMQ', () => {
  let rabbit: RabbitUnderTest;

  beforeEach(async () => {
    rabbit = await RabbitUnderTest.make();
  });

  afterEach(() => rabbit.close());

  const queues = () => rabbit.topology.queues('worker');
  const isEmpty = async (): Promise<void> =>
    expect(await rabbit.raw.messageCount(queues().messages)).toBe(0);
  const deadCount = (): Promise<number> => rabbit.raw.messageCount(queues().dead);
  const sendRaw = (body: string, properties = {}) =>
    rabbit.raw.send('', queues().messages, body, properties);

  /** Handlers that wait for the test's word. */
  function gate() {
    const open: (() => void)[] = [];
    const begun: number[] = [];
    return {
      begun,
      work: ({ n }: { readonly n: number }) => {
        begun.push(n);
        return new Promise<void>((resolve) => void open.push(resolve));
      },
      open: () => open.splice(0).forEach((resolve) => resolve()),
    };
  }

  it('N1: come no more than can be handled at once, and stay until they are handled', async () => {
    const bus = await rabbit.bus();
    const slow = gate();
    await rabbit.app(bus, 'worker', workModule(slow.work));
    for (let n = 0; n < 100; n += 1) await rabbit.publish(bus, 'work.do', { n });
    await until(() => expect(slow.begun).toHaveLength(PREFETCH_COUNT));
    expect(await rabbit.raw.messageCount(queues().messages)).toBe(100 - PREFETCH_COUNT);
    await until(() => {
      slow.open();
      expect(slow.begun).toHaveLength(100);
    });
    slow.open();
    await until(isEmpty);
  });

  it('wait for a store that is away, however often they are tried meanwhile', async () => {
    const bus = await rabbit.bus();
    let tries = 0;
    const work = async (): Promise<void> => {
      tries += 1;
      if (tries > 3 * DELIVERY_LIMIT) return;
      throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    };
    await rabbit.app(bus, 'worker', workModule(work));
    await rabbit.publish(bus, 'work.do', { n: 1 });

    await until(() => expect(tries).toBe(3 * DELIVERY_LIMIT + 1));
    await until(isEmpty);
    expect(await deadCount()).toBe(0);
  });

  it('N1: are messages on disk, with an id, a type and a time', async () => {
    const bus = await rabbit.bus();
    const app = await rabbit.app(
      bus,
      'worker',
      workModule(async () => undefined),
    );
    await app.close();
    const message = envelope('work.do', { n: 1 });
    await firstValueFrom(bus.client().emit(message.type, message));
    const kept = await rabbit.raw.take(queues().messages);
    expect(kept && kept.properties).toMatchObject({
      deliveryMode: 2,
      messageId: message.id,
      type: 'work.do',
      contentType: 'application/json',
      timestamp: Math.floor(Date.parse(message.time) / 1_000),
    });
    expect(kept && JSON.parse(kept.content.toString())).toEqual(message);
  });

  it('N2: never stop behind messages that fail', async () => {
    const bus = await rabbit.bus();
    const done: number[] = [];
    const work = async ({ n }: { readonly n: number }): Promise<void> => {
      if (n < 0) throw new Error('poison');
      done.push(n);
    };
    await rabbit.app(bus, 'worker', workModule(work));
    const poisonCount = PREFETCH_COUNT + 8;
    for (let n = 1; n <= poisonCount; n += 1) await rabbit.publish(bus, 'work.do', { n: -n });
    await rabbit.publish(bus, 'work.do', { n: 1 });
    await until(() => expect(done).toEqual([1]), 10_000);
    await until(async () => expect(await deadCount()).toBe(poisonCount), 10_000);
    await isEmpty();
  });

  it('N3: become dead letters with their reason when they can never be handled', async () => {
    const bus = await rabbit.bus();
    const done: number[] = [];
    await rabbit.app(
      bus,
      'worker',
      workModule(async ({ n }) => void done.push(n)),
    );
    const good = envelope('work.do', { n: 1 });
    const hopeless = [
      'null',
      'garbage',
      '',
      '[1]',
      '{}',
      JSON.stringify({ ...good, id: 7 }),
      JSON.stringify({ ...good, type: 'work.unknown' }),
      JSON.stringify({ ...good, type: '__proto__' }),
      JSON.stringify({ ...good, type: ['work.do'] }),
      JSON.stringify({ ...good, version: 2 }),
      JSON.stringify({ ...good, data: null }),
      JSON.stringify({ ...good, time: 'yesterday' }),
      '['.repeat(5_000),
    ];
    for (const body of hopeless) await sendRaw(body);
    await sendRaw(JSON.stringify(good));
    await until(() => expect(done).toEqual([1]));
    await until(async () => expect(await deadCount()).toBe(hopeless.length));
    const letter = await rabbit.raw.take(queues().dead);
    expect(letter && letter.properties.headers?.[FAULT_HEADER]).toMatch(/\w+/);
    await until(() => expect(bus.health()).toMatchObject({ status: 'degraded' }), 10_000);
  });

  it('N4: do not wait for a handler that hangs', async () => {
    const bus = await rabbit.bus({ handlerMsMax: 50 });
    let count = 0;
    const work = async (): Promise<void> => {
      count += 1;
      if (count === 1) await new Promise(() => undefined);
    };
    await rabbit.app(bus, 'worker', workModule(work));
    await rabbit.publish(bus, 'work.do', { n: 1 });
    await until(() => expect(count).toBe(2));
    await until(isEmpty);
  });

  it('N5: are acknowledged once, also when two handlers take the same key', async () => {
    const taken: string[] = [];
    @Controller()
    class TwoHandlers {
      @EventPattern('work.do', BUS)
      async one(@Payload() _data: object): Promise<void> {
        taken.push('one');
      }

      @EventPattern('work.do', BUS)
      async other(@Payload() _data: object): Promise<void> {
        taken.push('other');
      }
    }
    @Module({ controllers: [TwoHandlers] })
    class TwoHandlersModule {}

    const bus = await rabbit.bus();
    const app = await rabbit.app(bus, 'worker', TwoHandlersModule);
    for (let n = 0; n < 3; n += 1) await rabbit.publish(bus, 'work.do', { n });
    await until(() => expect(taken).toHaveLength(6));
    expect(bus.health()).toMatchObject({ status: 'up', is_connected: true, without_consumer: [] });
    await app.close();
    await isEmpty();
    expect(taken).toHaveLength(6);
  });

  it('N15: that are under way at the end are handled and acknowledged, others are left', async () => {
    const bus = await rabbit.bus();
    const slow = gate();
    const app = await rabbit.app(bus, 'worker', workModule(slow.work));
    for (let n = 0; n < PREFETCH_COUNT + 3; n += 1) await rabbit.publish(bus, 'work.do', { n });
    await until(() => expect(slow.begun).toHaveLength(PREFETCH_COUNT));
    const closing = app.close();
    await until(() => {
      slow.open();
      expect(slow.begun).toHaveLength(PREFETCH_COUNT);
    });
    await closing;
    expect(await rabbit.raw.messageCount(queues().messages)).toBe(3);
  });

  it('N18: are counted by the broker, which gives them up when every receiver dies of them', async () => {
    const bus = await rabbit.bus();
    const app = await rabbit.app(
      bus,
      'worker',
      workModule(async () => undefined),
    );
    await app.close();
    await rabbit.publish(bus, 'work.do', { n: 1 });
    let deaths = 0;
    const dieOfIt = () =>
      rabbit.raw.on(async (channel) => {
        if (await channel.get(queues().messages)) deaths += 1;
      });
    await until(async () => {
      await dieOfIt();
      expect(await deadCount()).toBe(1);
    });
    expect(deaths).toBe(DELIVERY_LIMIT + 1);
    const letter = await rabbit.raw.take(queues().dead);
    expect(letter && letter.properties.headers?.['x-first-death-reason']).toBe('delivery_limit');
  });

  it('MS4: end in exactly one way each, and the ways add up', async () => {
    const bus = await rabbit.bus();
    let failuresLeft = 2;
    const work = async ({ n }: { readonly n: number }): Promise<void> => {
      if (n === 2 && (failuresLeft -= 1) >= 0) throw new Error('not yet');
    };
    const app = await rabbit.app(bus, 'worker', workModule(work));
    const server = serverOf<{ counts: object }>(app);
    const first = envelope('work.do', { n: 1 });
    await sendRaw(JSON.stringify(first));
    await until(() => expect(server.counts).toMatchObject({ applied: 1 }));
    await sendRaw(JSON.stringify(first));
    await sendRaw(JSON.stringify(envelope('work.do', { n: 2 })));
    await sendRaw('garbage');
    const counts = { applied: 2, duplicate: 1, returned: 2, dead: 1 };
    await until(() => expect(server.counts).toEqual(counts));
    await app.close();
    await isEmpty();
  });
});
