import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../storm/http-call.js';
import type { SendOrder, SendOutcome } from './battery-sender.js';
import type { NativeRun } from './native-programs.js';
import { ShipStandIn } from './ship.stand-in.js';

const PATIENCE_MS = 30_000;

describe('the stand-in of a ship', () => {
  let ship: ShipStandIn;
  let orders: SendOrder[];
  let stopCount: number;

  beforeEach(async () => {
    [orders, stopCount] = [[], 0];
    ship = await ShipStandIn.start({
      send: (order: SendOrder): NativeRun<SendOutcome> => {
        orders.push(order);
        const outcome = Promise.resolve({ sent: order.count, seconds: 1 });
        return { outcome, stop: () => (stopCount += 1) };
      },
    });
  });

  afterEach(() => ship.close());

  const ask = (method: string, path: string, body?: object) =>
    call(method, `${ship.url}${path}`, PATIENCE_MS, body);

  it('sends what is planned to whom it is asked, and says how much it was', async () => {
    const started = ship.plan('USS Enterprise', { rate: 10, count: 30, records: 2 });
    const order = { ship_name: 'USS Enterprise', host: '127.0.0.1', port: 4_000, apid: 7 };
    const answer = await ask('POST', '/stream/', order);
    const { body } = answer as { body: { event_key: string } };
    await (
      await started
    ).outcome;

    expect(answer).toMatchObject({ status: 200, body: { first_sequence: 1 } });
    expect(orders).toEqual([{ rate: 10, count: 30, records: 2, port: 4_000, apid: 7 }]);
    expect(await ask('GET', `/stream/${body.event_key}`)).toMatchObject({
      body: { phase: 'ended', sent: 30, last_sequence: 30 },
    });
    expect(await ask('DELETE', `/stream/${body.event_key}`)).toMatchObject({
      status: 200,
      body: { sent: 30, last_sequence: 30 },
    });
    expect(await ask('DELETE', `/stream/${body.event_key}`)).toMatchObject({ status: 404 });
    expect(stopCount).toBe(1);
  });

  it('states the highest number, not how often it was sent', async () => {
    const started = ship.plan('USS Voyager', { rate: 10, count: 30, records: 1, numbers: 5 });
    const order = { ship_name: 'USS Voyager', port: 4_000, apid: 7 };
    const { body } = (await ask('POST', '/stream/', order)) as { body: { event_key: string } };
    await started;

    expect(await ask('DELETE', `/stream/${body.event_key}`)).toMatchObject({
      body: { sent: 30, last_sequence: 5 },
    });
  });

  it('refuses what is not planned', async () => {
    const order = { ship_name: 'USS Nobody', port: 4_000, apid: 7 };

    expect(await ask('POST', '/stream/', order)).toMatchObject({ status: 400 });
    expect(orders).toEqual([]);
  });
});
