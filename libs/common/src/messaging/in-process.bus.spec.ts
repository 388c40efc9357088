import type { INestApplication } from '@nestjs/common';
import { lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { describeBus } from './bus.contract.js';
import { DeadLetteredError } from './delivery.errors.js';
import { DELIVERY_LIMIT } from './delivery.policy.js';
import { envelope } from './envelope.js';
import { InProcessBus } from './in-process.bus.js';
import { MemoryOutbox } from './memory.outbox.js';
import { OutboxRelay } from './outbox.relay.js';
import { FirstModule, listenOn, Received } from './testing/bus-apps.js';

describeBus(async () => new InProcessBus());

describe('the in-process bus', () => {
  let bus: InProcessBus;
  let app: INestApplication;
  let received: Received;

  beforeEach(async () => {
    bus = new InProcessBus();
    app = await listenOn(bus, 'first', FirstModule);
    received = app.get(Received);
  });

  afterEach(async () => {
    await app.close();
    await bus.close();
  });

  const publish = (type: string, data: object): Promise<unknown> =>
    lastValueFrom(bus.client().emit(type, envelope(type, data)), { defaultValue: undefined });

  it('has handled a message when it was published', async () => {
    await publish('ship.seen', { n: 1 });
    expect(received.all).toEqual([{ n: 1 }]);
  });

  it('gives a message back after the delivery limit, with what was wrong', async () => {
    received.failuresLeft = DELIVERY_LIMIT;
    await expect(publish('ship.seen', { n: 1 })).rejects.toThrow('not yet');
    expect(received.deliveryCount).toBe(DELIVERY_LIMIT);
    expect(bus.health()).toMatchObject({ dead_letters: 0 });
  });

  it('tells the publisher what no receiver can handle', async () => {
    await expect(publish('ship.garbled', {})).rejects.toThrow(DeadLetteredError);
  });

  describe('fed by a relay', () => {
    let outbox: MemoryOutbox;
    let relay: OutboxRelay;

    beforeEach(() => {
      const clock = new SystemClock();
      outbox = new MemoryOutbox(clock);
      relay = new OutboxRelay({ outbox, publisher: bus.publisher(), clock, mandatory: new Set() });
      relay.start();
    });

    afterEach(() => relay.stop());

    it('leaves with the outbox what no receiver can handle, out of the way', async () => {
      outbox.add(envelope('ship.garbled', {}));
      relay.wake();
      await until(async () => expect(await outbox.counts()).toEqual({ waiting: 0, dead: 1 }));
    });

    it('outlasts a receiver that fails for longer than the bus tries', async () => {
      received.failuresLeft = 2 * DELIVERY_LIMIT;
      outbox.add(envelope('ship.seen', { n: 1 }));
      relay.wake();
      await until(() => expect(received.all).toHaveLength(1), 10_000);
      await until(async () => expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 }));
    });

    it('sends what a relay that died had taken, once its lease has ended', async () => {
      outbox.add(envelope('ship.seen', { n: 1 }));
      await outbox.claim(1, 100);
      relay.wake();
      await until(() => expect(received.all).toHaveLength(1));
    });
  });
});
