import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../../test/support/until.js';
import { workModule } from '../testing/bus-apps.js';
import { RabbitUnderTest } from '../testing/rabbit-under-test.js';
import type { RabbitBus } from './rabbit.bus.js';
import { REQUESTS_MAX } from './rabbit.requests.js';
import { REQUEST_LIFE_MS } from './topology.js';

describe('questions over RabbitMQ', () => {
  let rabbit: RabbitUnderTest;

  beforeEach(async () => {
    rabbit = await RabbitUnderTest.make();
  });

  afterEach(() => rabbit.close());

  const ask = (bus: RabbitBus, n: number) =>
    firstValueFrom<unknown>(bus.client().send('work.ask', { n }));
  const requests = (): string => rabbit.topology.queues('worker').requests;

  it('each get their own answer, however many are under way', async () => {
    const [asker, worker] = [await rabbit.bus(), await rabbit.bus()];
    await rabbit.app(
      worker,
      'worker',
      workModule(async ({ n }) => ({ twice: 2 * n })),
    );
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    const answers = await Promise.all(numbers.map((n) => ask(asker, n)));
    expect(answers).toEqual(numbers.map((n) => ({ twice: 2 * n })));
  });

  it('N12: end without an answer when the app is away, and are not answered later', async () => {
    const bus = await rabbit.bus();
    let count = 0;
    const module = workModule(async () => (count += 1));
    await (await rabbit.app(bus, 'worker', module)).close();
    const askedAt = performance.now();
    await expect(ask(bus, 1)).rejects.toThrow('Nobody answered work.ask');
    expect(performance.now() - askedAt).toBeLessThan(REQUEST_LIFE_MS + 1_000);
    await until(async () => expect(await rabbit.raw.messageCount(requests())).toBe(0));
    await rabbit.app(bus, 'worker', module);
    expect(await ask(bus, 2)).toBe(1);
  });

  it('N12: are refused when too many wait', async () => {
    const bus = await rabbit.bus();
    await (
      await rabbit.app(
        bus,
        'worker',
        workModule(async () => 1),
      )
    ).close();
    const all = Array.from({ length: REQUESTS_MAX + 1 }, (_, n) =>
      ask(bus, n).catch((fault: Error) => fault.message),
    );
    expect(await all.at(-1)).toContain('wait for their answers');
    await bus.close();
    expect(await all[0]).toContain('closed');
  });

  it('N19: do no harm when they are malformed', async () => {
    const bus = await rabbit.bus();
    await rabbit.app(
      bus,
      'worker',
      workModule(async ({ n }) => n),
    );
    const { raw, topology } = rabbit;
    const send = (body: string, properties: object) => raw.send('', requests(), body, properties);
    const type = 'work.ask';
    await send('{"n":1}', { type });
    await send('{"n":1}', { type, replyTo: 'nobody', correlationId: 'x' });
    await send('{"n":1}', { type, replyTo: topology.queues('worker').messages });
    await send('{"n":1}', { type, replyTo: 'amq.rabbitmq.reply-to.g1h2AA==.bogus' });
    await send('garbage', { type, replyTo: 'amq.rabbitmq.reply-to.x' });
    await send('['.repeat(5_000), { type, replyTo: 'amq.rabbitmq.reply-to.x' });
    await send('{"n":1}', { type: '__proto__', replyTo: 'amq.rabbitmq.reply-to.x' });
    await send('{"n":1}', { type: '['.repeat(200), replyTo: 'amq.rabbitmq.reply-to.x' });
    await send('', {});
    expect(await ask(bus, 7)).toBe(7);
    expect(await raw.messageCount(topology.queues('worker').dead)).toBe(0);
  });

  it('N19: survive answers that are none', async () => {
    const bus = await rabbit.bus();
    const replies = rabbit.raw.on(async (channel) => {
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, rabbit.topology.exchange, 'work.ask');
      await channel.consume(queue, (question) => {
        const { replyTo, correlationId } = question!.properties;
        const answer = (body: string, id: unknown): boolean =>
          channel.sendToQueue(String(replyTo), Buffer.from(body), { correlationId: String(id) });
        answer('garbage', 'unknown');
        answer('"not asked"', undefined);
        answer('{"neither":1}', correlationId);
      });
      await expect(ask(bus, 1)).rejects.toThrow('The answer is none');
    });
    await replies;
    expect(bus.health()).toMatchObject({ status: 'up' });
  });
});
