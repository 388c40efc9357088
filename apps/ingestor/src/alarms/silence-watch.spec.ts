import { describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import type { Alarm } from './alarm.js';
import { brief, started, watching } from './testing/started-watches.js';
import { START, WatchUnderTest } from './testing/watch-under-test.js';

describe('a ship that falls silent', () => {
  /** Nothing for five seconds is stale. */
  const listening = (): Promise<WatchUnderTest> => watching({ limit: {} });
  const stale = (alarms: readonly Alarm[]): unknown =>
    alarms.filter(({ kind }) => kind === 'stale').map(brief);

  it('is stale during a contact, until it is heard again', async () => {
    const test = await listening();
    test.look();
    test.send(1, { 0: 25 });
    await until(() => expect(test.watch.check()).toMatchObject({ series: 1 }));
    test.clock.advance(4_000);
    expect(await test.listed()).toEqual([]);

    test.clock.advance(1_500);
    await test.untilListed((alarms) =>
      expect(alarms).toMatchObject([
        { kind: 'stale', battery: null, severity: 'warning', value: null, limit: 5, worst: null },
      ]),
    );
    test.send(0.5, { 3: 25 });
    await test.untilListed((alarms) => expect(stale(alarms)).toEqual([[null, 'warning', 'over']]));
  });

  it('is stale though it never said anything', async () => {
    const test = await listening();
    test.look();
    await until(() => expect(test.watch.check()).toMatchObject({ status: 'up' }));
    await until(async () => {
      test.clock.advance(6_000);
      expect(stale(await test.listed())).toEqual([[null, 'warning', 'stands']]);
    });
    const [alarm] = await test.listed();
    expect(alarm!.raisedAt).toBeGreaterThanOrEqual(START.getTime() * 1_000 + 5_000_000);
  });

  it('is not stale any more when the contact ends, and never without one', async () => {
    const test = await listening();
    test.look();
    test.send(1, { 0: 25 });
    await until(() => expect(test.watch.check()).toMatchObject({ series: 1 }));
    test.clock.advance(6_000);
    await test.untilListed((alarms) => expect(stale(alarms)).toHaveLength(1));
    test.endContacts('planned end');
    await test.untilListed((alarms) => expect(stale(alarms)).toEqual([[null, 'warning', 'over']]));

    test.clock.advance(60_000);
    await until(() => expect(test.writer.waitingCount).toBe(0));
    expect(await test.listed()).toHaveLength(1);
  });

  it('stays stale where another process goes on with the contact', async () => {
    const test = await listening();
    test.look();
    test.send(1, { 0: 25 });
    await until(() => expect(test.watch.check()).toMatchObject({ series: 1 }));
    test.clock.advance(6_000);
    await test.untilListed((alarms) => expect(stale(alarms)).toHaveLength(1));
    test.endContacts('lost');
    const next = await started(new WatchUnderTest(test.store, test.clock));
    next.openContact();

    next.look();
    next.clock.advance(6_000);
    await until(() => expect(next.watch.check()).toMatchObject({ status: 'up' }));
    expect(stale(await next.listed())).toEqual([[null, 'warning', 'stands']]);
    next.send(2, { 0: 25 });
    await next.untilListed((alarms) => expect(stale(alarms)).toEqual([[null, 'warning', 'over']]));
  });
});
