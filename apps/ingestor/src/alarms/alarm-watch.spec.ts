import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { CLOCK_SET_BACK_MICROS } from './series-watch.js';
import { NOW, SHIP, shipLimit } from './testing/alarms.js';
import { brief, started, watching } from './testing/started-watches.js';
import { second } from './testing/watch-under-test.js';

describe('the watch over limits', () => {
  // A database that is away is told.
  beforeAll(() => Logger.overrideLogger(false));

  it('listens to ships that have limits, and only to these', async () => {
    const { watch, feed, store } = await started();
    expect(feed.wants(SHIP)).toBe(false);

    await store.putLimit(shipLimit(), NOW);
    await watch.refresh();
    expect([feed.wants(SHIP), feed.wants('Voyager')]).toEqual([true, false]);
    await store.removeLimit(shipLimit(), NOW);
    await watch.refresh();
    expect(feed.wants(SHIP)).toBe(false);
  });

  it('hears of limits that another process changed', async () => {
    const test = await started();
    await test.store.putLimit(shipLimit(), NOW);

    test.look();
    await until(() => expect(test.feed.wants(SHIP)).toBe(true));
  });

  it('raises, changes and clears an alarm, and tells of each', async () => {
    const test = await watching();
    test.send(1, { 0: 25 });
    test.send(2, { 0: 21.5 });
    await test.untilListed((alarms) =>
      expect(alarms).toMatchObject([
        {
          shipName: SHIP,
          field: 'volts',
          battery: 0,
          kind: 'limit',
          severity: 'warning',
          value: 21.5,
          limit: 22,
          raisedAt: second(2),
          changedAt: second(2),
          clearedAt: null,
        },
      ]),
    );
    test.send(3, { 0: 19 });
    test.send(4, { 0: 18 });
    test.send(5, { 0: 19.5 });
    await test.untilListed((alarms) =>
      expect(alarms).toMatchObject([
        { severity: 'critical', value: 19, limit: 20, raisedAt: second(2), changedAt: second(3) },
      ]),
    );
    test.send(6, { 0: 25 });
    await test.untilListed((alarms) =>
      expect(alarms).toMatchObject([
        { clearedAt: second(6), worst: { value: 18, at: second(4) }, severity: 'critical' },
      ]),
    );
    await until(() =>
      expect(test.sink.heard).toMatchObject([
        ['alarm', { event: 'raised', ship: SHIP, state: 'open' }],
        ['alarm', { event: 'changed', severity: 'critical' }],
        ['alarm', { event: 'cleared', state: 'cleared' }],
      ]),
    );
  });

  it('notes the worst value while an alarm stands, though not each at once', async () => {
    const test = await watching();
    for (const [at, volts] of [21, 20.5, 21.5].entries()) test.send(at + 1, { 0: volts });

    await test.untilListed((alarms) =>
      expect(alarms).toMatchObject([{ value: 21, worst: { value: 20.5, at: second(2) } }]),
    );
    expect(test.sink.heard).toHaveLength(1);
  });

  it('is not moved by what comes late, unless nothing newer comes any more', async () => {
    const test = await watching();
    test.send(100, { 0: 25 });
    test.send(50, { 0: 19 });
    test.send(99, { 0: 19 });
    test.clock.advance(CLOCK_SET_BACK_MICROS / 1_000);
    expect(await test.listed()).toEqual([]);

    // The ship's clock was set back.
    test.send(51, { 0: 19 });
    await test.untilListed((alarms) => expect(alarms).toMatchObject([{ raisedAt: second(51) }]));
  });

  it('takes a limit of the battery itself for that of all', async () => {
    const test = await watching();
    const wide = { warning: { low: 10, high: 40 }, critical: null };
    await test.store.putLimit(shipLimit({ battery: 1, limit: wide }), NOW);
    await test.watch.refresh();

    test.send(1, { 0: 21, 1: 21, 2: 21 });
    test.send(2, { 0: 21, 1: 9, 2: 21 });
    await test.untilListed((alarms) =>
      expect(alarms.map(({ battery, limit }) => [battery, limit])).toEqual([
        [0, 22],
        [2, 22],
        [1, 10],
      ]),
    );
  });

  it('keeps many batteries of many ships apart', async () => {
    const test = await started();
    const ships = Array.from({ length: 40 }, (_, at) => `Ship ${at}`);
    for (const shipName of ships) await test.store.putLimit(shipLimit({ shipName }), NOW);
    await test.watch.refresh();
    const batteries = Array.from({ length: 32 }, (_, at) => at);
    const low = (at: number): Record<number, number> =>
      Object.fromEntries(batteries.map((nr) => [nr, (nr + at) % 2 === 0 ? 21 : 25]));

    for (const at of [1, 2, 3]) for (const shipName of ships) test.send(at, low(at), shipName);
    await until(async () => {
      expect(test.writer.waitingCount).toBe(0);
      // The even ones once, the odd ones, which stand, twice.
      const count = ships.length * (batteries.length / 2) * 3;
      const all = { state: null, shipName: null, severity: null, before: null, limit: 10_000 };
      const alarms = await test.store.alarms(all);
      expect(alarms).toHaveLength(count);
      expect(alarms.filter(({ clearedAt }) => clearedAt === null)).toHaveLength(count / 3);
    });
    expect(test.watch.check()).toMatchObject({ status: 'up', lost: 0, series: 40 * 32 });
  });

  it('goes on while the database is away: nothing that came and went is lost', async () => {
    const test = await watching();
    test.send(1, { 0: 25 });
    await until(() => expect(test.watch.check()).toMatchObject({ status: 'up', series: 1 }));
    test.store.isAway = true;
    for (const [at, volts] of [21, 25, 19, 25, 21].entries()) test.send(at + 2, { 0: volts });
    test.look();
    await until(() =>
      expect(test.watch.check()).toMatchObject({ status: 'degraded', waiting: 3, lost: 0 }),
    );

    test.store.isAway = false;
    test.look();
    await test.untilListed((alarms) =>
      expect(alarms.map(brief)).toEqual([
        [0, 'warning', 'over'],
        [0, 'critical', 'over'],
        [0, 'warning', 'stands'],
      ]),
    );
    await until(() => expect(test.watch.check()).toMatchObject({ status: 'up', waiting: 0 }));
  });

  it('lets go of alarms whose limit is gone', async () => {
    const test = await watching();
    test.send(1, { 0: 21 });
    await test.untilListed((alarms) => expect(alarms).toHaveLength(1));
    await test.store.removeLimit(shipLimit(), second(9));
    await test.watch.refresh();

    await test.store.putLimit(shipLimit(), NOW);
    await test.watch.refresh();
    test.send(3, { 0: 21 });
    await test.untilListed((alarms) =>
      expect(alarms.map(brief)).toEqual([
        [0, 'warning', 'over'],
        [0, 'warning', 'stands'],
      ]),
    );
  });
});
