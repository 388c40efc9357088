import type { INestApplication } from '@nestjs/common';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import type { Bus } from './bus.js';
import { DeadLetteredError, UnroutableError } from './delivery.errors.js';
import { envelope } from './envelope.js';
import { MemoryOutbox } from './memory.outbox.js';
import { OutboxRelay } from './outbox.relay.js';
import { FirstModule, listenOn, Received, SecondModule } from './testing/bus-apps.js';

/** A loss is healed, and a dead letter noticed, within this time. */
const HEALED_MS_MAX = 10_000;

/** What every `Bus` must do. It may be done when `emit` is, or some time after. */
export function describeBus(open: () => Promise<Bus>): void {
  describe('a Bus', () => {
    let bus: Bus;
    let apps: INestApplication[];
    let first: Received;
    let second: Received;

    beforeEach(async () => {
      bus = await open();
      apps = [await listenOn(bus, 'first', FirstModule)];
      apps.push(await listenOn(bus, 'second', SecondModule));
      first = apps[0]!.get(Received);
      second = apps[1]!.get(Received);
    });

    afterEach(async () => {
      for (const app of apps) await app.close();
      await bus.close();
    });

    const publish = (type: string, data: object) =>
      lastValueFrom(bus.client().emit(type, envelope(type, data)), { defaultValue: undefined });
    const ask = (key: string, data: object) =>
      firstValueFrom<unknown>(bus.client().send(key, data));
    /** A bus that waits for the handlers tells the publisher; another one has taken the message. */
    const publishInVain = (type: string, data: object) =>
      publish(type, data).catch((fault: unknown) =>
        expect(fault).toBeInstanceOf(DeadLetteredError),
      );

    it('hands an event to every app that listens, as its JSON', async () => {
      await publish('ship.seen', { at: new Date(0), nothing: undefined });
      await until(() => {
        for (const received of [first, second])
          expect(received.all).toEqual([{ at: '1970-01-01T00:00:00.000Z' }]);
      });
    });

    it('delivers again to the app that failed, and to no other', async () => {
      first.failuresLeft = 2;
      await publish('ship.seen', { n: 1 });
      await until(() => expect(first.all).toEqual([{ n: 1 }]));
      expect(first.deliveryCount).toBe(3);
      expect(second.deliveryCount).toBe(1);
    });

    it('does not try again what does not fit its contract', async () => {
      await publishInVain('ship.garbled', { n: 1 });
      await until(() => expect(bus.health()).toMatchObject({ dead_letters: 1 }), HEALED_MS_MAX);
      expect(first.garbledCount).toBe(1);
    });

    it('refuses what nobody listens to', async () => {
      await expect(publish('ship.unheard', {})).rejects.toThrow(UnroutableError);
    });

    it('answers a request, as its JSON', async () => {
      const reply = await ask('ship.get', { name: 'Enterprise' });
      expect(reply).toEqual({ answer: 'Enterprise', at: '1970-01-01T00:00:00.000Z' });
    });

    it('fails a request whose handler fails, with its reason', async () => {
      await expect(ask('ship.sunk', {})).rejects.toThrow('the ship is gone');
    });

    it('fails a request that nobody answers, at once', async () => {
      const askedAt = performance.now();
      await expect(ask('ship.nobody', {})).rejects.toThrow('ship.nobody');
      expect(performance.now() - askedAt).toBeLessThan(1_000);
    });

    describe('fed by a relay', () => {
      let outbox: MemoryOutbox;
      let relay: OutboxRelay;

      beforeEach(() => {
        const clock = new SystemClock();
        outbox = new MemoryOutbox(clock);
        const mandatory = new Set(['ship.commanded']);
        relay = new OutboxRelay({ outbox, publisher: bus.publisher(), clock, mandatory });
        relay.start();
      });

      afterEach(() => relay.stop());

      it('delivers all that the outbox holds, and empties it', async () => {
        for (let n = 0; n < 1_000; n += 1) outbox.add(envelope('ship.seen', { n }));
        relay.wake();
        await until(async () => {
          expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 });
          for (const { all } of [first, second])
            expect(new Set(all.map((data) => JSON.stringify(data))).size).toBe(1_000);
        }, HEALED_MS_MAX);
      });

      it('lets an event go unheard, and keeps a command', async () => {
        outbox.add(envelope('ship.unheard', {}));
        outbox.add(envelope('ship.commanded', {}));
        relay.wake();
        await until(async () => expect(await outbox.counts()).toEqual({ waiting: 1, dead: 0 }));
      });
    });
  });
}
