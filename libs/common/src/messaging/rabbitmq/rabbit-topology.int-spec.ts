import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { UnroutableError } from '../delivery.errors.js';
import { envelope } from '../envelope.js';
import { FirstModule, listenOn, Received } from '../testing/bus-apps.js';
import { RabbitUnderTest, sharedRabbitmqUrl } from '../testing/rabbit-under-test.js';
import { RabbitBus } from './rabbit.bus.js';

const HEALED_MS_MAX = 10_000;

describe('what exists on RabbitMQ', () => {
  let rabbit: RabbitUnderTest;

  beforeEach(async () => {
    rabbit = await RabbitUnderTest.make();
  });

  afterEach(() => rabbit.close());

  const queues = () => rabbit.topology.queues('first');

  /** An app whose queue was hurt: what is sent reaches it again, and its health says so. */
  async function expectHealed(bus: RabbitBus, received: Received): Promise<void> {
    const before = received.all.length;
    await until(async () => {
      await rabbit.publish(bus, 'ship.seen', { n: before });
      await until(() => expect(received.all.length).toBeGreaterThan(before), 500);
    }, HEALED_MS_MAX);
    expect(bus.health()).toMatchObject({ status: 'up', without_consumer: [] });
  }

  it('N6: a queue deleted under its app is back, with its reader, within 10 s', async () => {
    const bus = await rabbit.bus();
    const app = await rabbit.app(bus, 'first', FirstModule);
    await rabbit.publish(bus, 'ship.seen', { n: -1 });
    await until(() => expect(app.get(Received).all).toHaveLength(1));
    await rabbit.raw.delete(queues().messages);
    await expect(rabbit.publish(bus, 'ship.seen', { n: 0 })).rejects.toThrow(UnroutableError);
    await until(() => expect(bus.health()).toMatchObject({ without_consumer: ['first'] }));
    await expectHealed(bus, app.get(Received));
  });

  it('an exchange and bindings that somebody deleted are back within 10 s', async () => {
    const bus = await rabbit.bus();
    const app = await rabbit.app(bus, 'first', FirstModule);
    await rabbit.raw.on((channel) => channel.deleteExchange(rabbit.topology.exchange));
    await expect(rabbit.publish(bus, 'ship.seen', { n: 0 })).rejects.toThrow('did not take');
    await expectHealed(bus, app.get(Received));
  });

  it('N8: a queue of other settings ends the start, with one sentence', async () => {
    const unhandled: unknown[] = [];
    const note = (fault: unknown): void => void unhandled.push(fault);
    process.on('unhandledRejection', note);
    await rabbit.raw.on((channel) => channel.assertQueue(queues().messages, { durable: true }));
    const bus = await rabbit.bus();
    const failure = await listenOn(bus, 'first', FirstModule).catch((fault: unknown) => fault);
    process.off('unhandledRejection', note);
    expect(failure).toBeInstanceOf(ConfigError);
    const { message } = failure as ConfigError;
    expect(message).toContain(queues().messages);
    expect(message).toContain("inequivalent arg 'x-");
    expect(message).not.toContain('\n');
    expect(unhandled).toEqual([]);
    expect(bus.health()).toMatchObject({ status: 'down', without_consumer: ['first'] });
    await bus.close();
    await rabbit.raw.deleteAll(rabbit.topology, ['first']);
  });

  it('N9: no broker ends the start after the deadline, naming it without the password', async () => {
    const startedAt = performance.now();
    const url = 'amqp://perigee:secret@127.0.0.1:1/ground';
    const failure = await RabbitBus.connect({ url, bootMsMax: 1_000 }).catch((f: unknown) => f);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toContain('127.0.0.1:1/ground');
    expect(String(failure)).not.toContain('secret');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('N9: a refused password ends it at once', async () => {
    const url = new URL(sharedRabbitmqUrl());
    url.password = 'wrong';
    const failure = await RabbitBus.connect({ url: url.href }).catch((fault: unknown) => fault);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toContain('ACCESS');
    expect(String(failure)).not.toContain('wrong');
  });

  it('N10: a bus that is closed refuses at once', async () => {
    const bus = await rabbit.bus();
    await bus.close();
    const askedAt = performance.now();
    await expect(rabbit.publish(bus, 'ship.seen', {})).rejects.toThrow('no connection');
    await expect(firstValueFrom(bus.client().send('ship.get', {}))).rejects.toThrow(
      'no connection',
    );
    expect(performance.now() - askedAt).toBeLessThan(500);
  });

  it('N13: a message that no queue takes is refused, though the broker confirms it', async () => {
    const bus = await rabbit.bus();
    const message = envelope('ship.unheard', {});
    const twice = [1, 2].map(() =>
      firstValueFrom(bus.client().emit(message.type, message)).catch((fault: unknown) => fault),
    );
    for (const outcome of await Promise.all(twice)) expect(outcome).toBeInstanceOf(UnroutableError);
  });

  it('a key that an app no longer handles stays bound, and shows among the dead letters', async () => {
    const bus = await rabbit.bus();
    await rabbit.app(bus, 'first', FirstModule);
    await rabbit.raw.on((channel) =>
      channel.bindQueue(queues().messages, rabbit.topology.exchange, 'ship.renamed'),
    );
    await rabbit.publish(bus, 'ship.renamed', {});
    await until(async () => expect(await rabbit.raw.messageCount(queues().dead)).toBe(1));
  });

  it('two processes of one app share its queue', async () => {
    const [one, other] = [await rabbit.bus(), await rabbit.bus()];
    const apps = [
      await rabbit.app(one, 'first', FirstModule),
      await rabbit.app(other, 'first', FirstModule),
    ];
    const counts = (): number[] => apps.map((app) => app.get(Received).all.length);
    for (let n = 0; n < 100; n += 1) await rabbit.publish(one, 'ship.seen', { n });
    await until(() => expect(counts()[0]! + counts()[1]!).toBe(100));
    for (const count of counts()) expect(count).toBeGreaterThan(10);
  });
});
