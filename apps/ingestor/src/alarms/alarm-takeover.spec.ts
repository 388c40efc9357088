import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { HELD_PACKETS_MAX } from './ship-watch.js';
import { alarmOf, NOW, shipLimit } from './testing/alarms.js';
import { brief, started, watching } from './testing/started-watches.js';
import { LeavingAlarmStore, second, WatchUnderTest } from './testing/watch-under-test.js';

describe('the watch of another process', () => {
  // A database that is away is told.
  beforeAll(() => Logger.overrideLogger(false));

  it('goes on with the alarm that stands: not raised again, cleared by the next good value', async () => {
    const first = await watching();
    first.send(10, { 0: 19 });
    await first.untilListed((alarms) => expect(alarms).toHaveLength(1));
    const next = await started(new WatchUnderTest(first.store));
    next.openContact();

    next.send(9, { 0: 25 });
    next.send(11, { 0: 20.25 });
    next.send(12, { 0: 19 });
    next.send(13, { 0: 18 });
    await next.untilListed((alarms) =>
      expect(alarms).toMatchObject([{ severity: 'critical', worst: { value: 18 } }]),
    );
    expect(next.sink.heard).toEqual([]);
    next.send(14, { 0: 25 });
    await next.untilListed((alarms) =>
      expect(alarms.map(brief)).toEqual([[0, 'critical', 'over']]),
    );
  });

  it('brings nothing more of what was taken from it', async () => {
    const first = await watching();
    first.send(1, { 0: 21 });
    await first.untilListed((alarms) => expect(alarms).toHaveLength(1));
    const stuck = (await first.listed())[0]!;
    const next = await started(new WatchUnderTest(first.store));
    next.openContact();
    next.send(2, { 0: 19 });
    next.send(3, { 0: 25 });
    await next.untilListed((alarms) =>
      expect(alarms.map(brief)).toEqual([[0, 'critical', 'over']]),
    );

    expect(await first.store.save([{ ...stuck, version: 99 }])).toEqual([]);
  });

  it('judges without the list when there is too much to hold, and meets it later', async () => {
    const store = new LeavingAlarmStore();
    await store.putLimit(shipLimit({ limit: { staleAfterSeconds: null } }), NOW);
    const standing = [
      alarmOf({ raisedAt: second(0), changedAt: second(0) }),
      alarmOf({ battery: 1, raisedAt: second(0), changedAt: second(0) }),
      alarmOf({ battery: 2, raisedAt: second(0), changedAt: second(0) }),
    ];
    await store.save(standing);
    const test = await started(new WatchUnderTest(store));
    test.openContact();
    store.isAway = true;
    for (let at = 1; at <= HELD_PACKETS_MAX; at += 1) test.send(at, { 0: 25, 1: 19 });

    store.isAway = false;
    test.look();
    await test.untilListed((alarms) =>
      expect(alarms.map(brief)).toEqual([
        [0, 'warning', 'over'],
        [1, 'critical', 'stands'],
        [2, 'warning', 'stands'],
      ]),
    );
    test.send(100, { 1: 25, 2: 25 });
    await test.untilListed((alarms) =>
      expect(alarms.map(({ clearedAt }) => clearedAt)).toEqual([
        second(HELD_PACKETS_MAX),
        second(100),
        second(100),
      ]),
    );
  });
});

/** Deleted and put again while the first process looks nowhere. */
async function limitAnew({ store }: WatchUnderTest, limit = shipLimit()): Promise<void> {
  await store.removeLimit(limit, NOW);
  await store.putLimit(limit, NOW);
}

describe('a limit that another process took away and put back', () => {
  it('has an alarm again, as long as the value is outside', async () => {
    const test = await watching();
    test.send(1, { 0: 21, 1: 25 });
    await test.untilListed((alarms) => expect(alarms).toHaveLength(1));
    await limitAnew(test);
    await test.untilListed((alarms) => {
      test.send(2 + test.clock.monotonicMs() / 1_000, { 0: 21, 1: 25 });
      expect(alarms.map(brief)).toEqual([
        [0, 'warning', 'over'],
        [0, 'warning', 'stands'],
      ]);
    });
  });

  it('has one for silence again', async () => {
    const limit = shipLimit();
    const test = await watching({ limit: limit.limit });
    await test.untilListed((alarms) => expect(alarms).toMatchObject([{ kind: 'stale' }]));
    await limitAnew(test, limit);
    await test.untilListed((alarms) =>
      expect(alarms.map(brief)).toEqual([
        [null, 'warning', 'over'],
        [null, 'warning', 'stands'],
      ]),
    );
  });

  it('has that of who raised it again, which its next good value clears', async () => {
    const test = await watching();
    test.send(1, { 0: 21 });
    await test.untilListed((alarms) => expect(alarms).toHaveLength(1));
    await limitAnew(test);
    await test.store.save([alarmOf({ raisedAt: second(2), changedAt: second(2) })]);
    const sent = (volts: number, second: string[]): Promise<void> =>
      test.untilListed((alarms) => {
        test.send(3 + test.clock.monotonicMs() / 1_000, { 0: volts });
        expect(alarms.map(brief)).toEqual([
          [0, 'warning', 'over'],
          [0, ...second],
        ]);
      });
    await sent(19, ['critical', 'stands']);
    await sent(25, ['critical', 'over']);
  });

  it('keeps its alarm where it was only changed', async () => {
    const test = await watching();
    test.send(1, { 0: 21 });
    await test.untilListed((alarms) => expect(alarms).toHaveLength(1));
    await test.store.putLimit(shipLimit({ limit: { hysteresis: 0.25 } }), NOW);
    test.send(2, { 0: 19 });
    await test.untilListed((alarms) =>
      expect(alarms.map(brief)).toEqual([[0, 'critical', 'stands']]),
    );
  });
});
