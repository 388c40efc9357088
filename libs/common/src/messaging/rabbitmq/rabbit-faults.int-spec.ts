import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { type Broker, aBroker } from '../../../../../test/support/broker.js';
import { until } from '../../../../../test/support/until.js';
import { envelope } from '../envelope.js';
import { MemoryOutbox } from '../memory.outbox.js';
import { OutboxRelay } from '../outbox.relay.js';
import { serverOf, workModule } from '../testing/bus-apps.js';
import { RabbitUnderTest } from '../testing/rabbit-under-test.js';
import type { RabbitBus } from './rabbit.bus.js';

/** From the kill: the broker needs 5 to 8 s of it to come back. */
const BACK_MS_MAX = 40_000;
const HEALED_MS_MAX = 10_000;

/** In use once the garbage is gone. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

/** The rules that only show on a broker that is hurt: this one is the test's own. */
describe('a RabbitMQ in trouble', () => {
  let broker: Broker;
  let rabbit: RabbitUnderTest;
  const relays: OutboxRelay[] = [];

  beforeAll(async () => {
    broker = await aBroker();
  });

  afterAll(() => broker.remove());

  beforeEach(async () => {
    rabbit = await RabbitUnderTest.make(broker.url);
  });

  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    await rabbit.leave();
  });

  const queues = () => rabbit.topology.queues('worker');

  /** An app that keeps what it was told, and an outbox that tells it. */
  async function workerAndOutbox(bus: RabbitBus) {
    const done: number[] = [];
    const app = await rabbit.app(
      bus,
      'worker',
      workModule(async ({ n }) => void done.push(n)),
    );
    const clock = new SystemClock();
    const outbox = new MemoryOutbox(clock);
    const mandatory = new Set(['work.do']);
    const relay = new OutboxRelay({ outbox, publisher: bus.publisher(), clock, mandatory });
    relays.push(relay);
    relay.start();
    const send = (from: number, count: number): void => {
      for (let n = from; n < from + count; n += 1) outbox.add(envelope('work.do', { n }));
      relay.wake();
    };
    return { app, done, outbox, send };
  }

  const expectAll = (done: readonly number[], count: number): void =>
    expect(new Set(done)).toEqual(new Set(Array.from({ length: count }, (_, n) => n)));

  it('N7: a channel that the broker closes, over a connection that lives, is made anew', async () => {
    await broker.evaluate('application:set_env(rabbit, channel_tick_interval, 500).');
    await broker.evaluate('application:set_env(rabbit, consumer_timeout, 1000).');
    const bus = await rabbit.bus();
    const begun: number[] = [];
    const work = async ({ n }: { readonly n: number }): Promise<void> => {
      begun.push(n);
      if (begun.length === 1) await new Promise(() => undefined);
    };
    await rabbit.app(bus, 'worker', workModule(work));
    await rabbit.publish(bus, 'work.do', { n: 1 });
    await until(() => expect(begun).toEqual([1, 1]), HEALED_MS_MAX);
    await broker.evaluate('application:set_env(rabbit, consumer_timeout, 1800000).');
    await rabbit.publish(bus, 'work.do', { n: 2 });
    await until(() => expect(begun).toEqual([1, 1, 2]), HEALED_MS_MAX);
  });

  it('N16: a handler that outlives its connection is not repeated by what it did', async () => {
    const bus = await rabbit.bus();
    const begun: number[] = [];
    let finish = (): void => undefined;
    const work = ({ n }: { readonly n: number }): Promise<void> => {
      begun.push(n);
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const app = await rabbit.app(bus, 'worker', workModule(work));
    await rabbit.publish(bus, 'work.do', { n: 1 });
    await until(() => expect(begun).toEqual([1]));
    const closing = broker.control('close_all_connections', 'a test');
    await until(() => expect(bus.health()).toMatchObject({ status: 'down' }));
    finish();
    await closing;
    const { counts } = serverOf<{ counts: object }>(app);
    await until(() => expect(counts).toMatchObject({ applied: 1, duplicate: 1 }), HEALED_MS_MAX);
    await until(() => expect(bus.health()).toMatchObject({ status: 'up' }), HEALED_MS_MAX);
    expect(begun).toEqual([1]);
  });

  it('N14: while it takes no messages they are refused, memory stays, and none is lost', async () => {
    const bus = await rabbit.bus();
    const { done, outbox, send } = await workerAndOutbox(bus);
    await broker.control('set_vm_memory_high_watermark', '0.000001');
    send(0, 500);
    await until(() => expect(bus.health()).toMatchObject({ status: 'down', unconfirmed: 256 }));
    expect(bus.health()['blocked']).toContain('memory');
    const growth = await growthOver(() =>
      rabbit.publish(bus, 'work.do', { n: 0 }).catch((fault: Error) => fault.message),
    );
    await broker.control('set_vm_memory_high_watermark', '0.4');

    expect(growth.answers.size).toBe(1);
    expect(growth.bytes).toBeLessThan(20 * 1024 * 1024);
    await until(async () => {
      expectAll(done, 500);
      expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 });
      expect(bus.health()).toMatchObject({ status: 'up' });
    }, BACK_MS_MAX);
  }, 60_000);

  /** What 50,000 publications leave behind that nobody can take. */
  async function growthOver(publish: () => Promise<unknown>) {
    const answers = new Set<unknown>();
    const before = heapBytes();
    for (let wave = 0; wave < 500; wave += 1) {
      const refusals = Array.from({ length: 100 }, publish);
      for (const answer of await Promise.all(refusals)) answers.add(answer);
    }
    return { answers, bytes: heapBytes() - before };
  }

  it('N17: a message that is given up is kept, though there is no queue for dead letters', async () => {
    await broker.evaluate(
      'application:set_env(rabbit, dead_letter_worker_publisher_confirm_timeout, 1000).',
    );
    const bus = await rabbit.bus();
    await rabbit.app(
      bus,
      'worker',
      workModule(async () => undefined),
    );
    await rabbit.raw.delete(queues().dead);
    await rabbit.raw.send('', queues().messages, 'garbage');
    await until(
      async () => expect(await rabbit.raw.messageCount(queues().dead)).toBe(1),
      BACK_MS_MAX,
    );
  }, 60_000);

  it('N10: killed with all that it held, it loses nothing that it had confirmed', async () => {
    const bus = await rabbit.bus();
    const { app, outbox, done, send } = await workerAndOutbox(bus);
    await app.close();
    send(0, 2_000);
    await until(async () => expect(await outbox.counts()).toMatchObject({ waiting: 0 }), 10_000);
    await broker.settle();
    await broker.kill('SIGKILL');
    await until(() => expect(bus.health()).toMatchObject({ status: 'down' }));
    const askedAt = performance.now();
    await expect(rabbit.publish(bus, 'work.do', { n: 0 })).rejects.toThrow('no connection');
    expect(performance.now() - askedAt).toBeLessThan(500);

    await broker.restart();
    await rabbit.app(
      bus,
      'worker',
      workModule(async ({ n }) => void done.push(n)),
    );
    await until(() => expectAll(done, 2_000), BACK_MS_MAX);
    expect(done).toHaveLength(2_000);
  }, 60_000);

  it('N10: killed again and again under load, it gets every message to its app once', async () => {
    const bus = await rabbit.bus({ confirmMsMax: 3_000 });
    const { app, outbox, done, send } = await workerAndOutbox(bus);
    await broker.settle();
    for (let round = 0; round < 3; round += 1) {
      send(round * 3_000, 3_000);
      await until(() => expect(done.length).toBeGreaterThan(round * 3_000 + 200), BACK_MS_MAX);
      await broker.kill('SIGKILL');
      await broker.restart();
    }
    // What was sent before may be on the bus in full: this one must be written after the last kill, too.
    send(9_000, 1);
    await until(() => expectAll(done, 9_001), BACK_MS_MAX);
    await until(async () => expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 }));
    expect(done).toHaveLength(9_001);
    expect(serverOf<{ counts: object }>(app).counts).toMatchObject({ applied: 9_001, dead: 0 });
    expect(bus.health()).toMatchObject({ status: 'up', dead_letters: 0 });
  }, 120_000);
});
