import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { CALM, judge, type MonitorState } from './limit-monitor.js';
import { shipLimit } from './testing/alarms.js';
import { LeavingAlarmStore, second, WatchUnderTest } from './testing/watch-under-test.js';

const BATTERIES = [0, 1, 2];

interface Step {
  /** Seconds that the ship's clock goes on; 0 or less: it comes late. */
  readonly after: number;
  readonly battery: number;
  readonly volts: number;
  readonly event: 'away' | 'back' | 'look' | 'next process' | null;
}

const step: fc.Arbitrary<Step> = fc.record({
  after: fc.integer({ min: -2, max: 4 }),
  battery: fc.constantFrom(...BATTERIES),
  volts: fc.integer({ min: 36, max: 64 }).map((halves) => halves / 2),
  event: fc.option(fc.constantFrom('away', 'back', 'look', 'next process')),
});

interface Episode {
  readonly battery: number;
  readonly raisedAt: number;
  severity: string;
  changedAt: number;
  clearedAt: number | null;
}

const LIMIT = shipLimit({ limit: { staleAfterSeconds: null } });

/** What the list must say, by the pure judgement alone. */
function expectedOf(steps: readonly Step[]): Episode[] {
  const episodes: Episode[] = [];
  const states = new Map<number, MonitorState>();
  let now = 10;
  for (const { after, battery, volts } of steps) {
    const at = second(now + after);
    now = Math.max(now, now + after);
    const before = states.get(battery) ?? CALM;
    const { severity } = judge(LIMIT.limit, before, volts, at);
    states.set(battery, judge(LIMIT.limit, before, volts, at));
    const open = episodes.findLast((one) => one.battery === battery && one.clearedAt === null);
    if (severity === before.severity) continue;
    if (severity === 'normal') open!.clearedAt = at;
    else if (open) Object.assign(open, { severity, changedAt: at });
    else episodes.push({ battery, raisedAt: at, severity, changedAt: at, clearedAt: null });
  }
  return episodes;
}

/** Sends it to one process after the other, over a database that comes and goes. */
async function listedOf(steps: readonly Step[]): Promise<unknown[]> {
  const store = new LeavingAlarmStore();
  await store.putLimit(LIMIT, 0);
  let test = await nextProcess(new WatchUnderTest(store));
  let now = 10;
  for (const { after, battery, volts, event } of steps) {
    if (event === 'away') store.isAway = true;
    if (event === 'back') store.isAway = false;
    if (event === 'look') test.look();
    if (event === 'next process') {
      await settled(test);
      test.endContacts('lost');
      await test.watch.close(1_000);
      test = await nextProcess(new WatchUnderTest(store, test.clock));
    }
    test.send(now + after, { [battery]: volts });
    now = Math.max(now, now + after);
  }
  await settled(test);
  await test.watch.close(1_000);
  return (await test.listed()).map(({ battery, raisedAt, severity, changedAt, clearedAt }) => ({
    battery,
    raisedAt,
    severity,
    changedAt,
    clearedAt,
  }));
}

async function nextProcess(test: WatchUnderTest): Promise<WatchUnderTest> {
  await test.watch.start();
  test.openContact();
  return test;
}

/** All that was judged is in the list; what waits for the list is judged. */
async function settled(test: WatchUnderTest): Promise<void> {
  test.store.isAway = false;
  await until(() => {
    test.look();
    expect(test.watch.check()).toMatchObject({ status: 'up', waiting: 0, ships_waiting: 0 });
  });
}

const byBattery = (alarms: readonly unknown[]): unknown[] =>
  BATTERIES.flatMap((nr) => alarms.filter((alarm) => (alarm as Episode).battery === nr));

describe('the list of alarms', () => {
  // A database that is away is told.
  beforeAll(() => Logger.overrideLogger(false));

  it('is the fold of what each battery said, whatever the database did meanwhile', async () => {
    const withoutLate = fc.array(
      step.map((one) => ({ ...one, after: Math.max(1, one.after) })),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(withoutLate, async (steps) => {
        expect(byBattery(await listedOf(steps))).toEqual(byBattery(expectedOf(steps)));
      }),
      { numRuns: 40 },
    );
  });

  // Who takes over knows no value that raised nothing, and so not what is late.
  it('is so in one process too where values come late', async () => {
    const inOneProcess = fc.array(
      step.map((one) => ({ ...one, event: one.event === 'next process' ? null : one.event })),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(inOneProcess, async (steps) => {
        expect(byBattery(await listedOf(steps))).toEqual(byBattery(expectedOf(steps)));
      }),
      { numRuns: 40 },
    );
  });
});
