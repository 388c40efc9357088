import { onTestFinished } from 'vitest';
import type { Alarm } from '../alarm.js';
import { NOW, shipLimit } from './alarms.js';
import { WatchUnderTest } from './watch-under-test.js';

/** Runs until the test is over. */
export async function started(test = new WatchUnderTest()): Promise<WatchUnderTest> {
  onTestFinished(async () => {
    test.store.isAway = false;
    await test.watch.close(1_000);
  });
  await test.watch.start();
  return test;
}

/** With one limit on volts, warning 22 to 30, critical from 20 on, and a contact. */
export async function watching(
  change: Parameters<typeof shipLimit>[0] = {},
): Promise<WatchUnderTest> {
  const test = new WatchUnderTest();
  await test.store.putLimit(shipLimit({ limit: { staleAfterSeconds: null }, ...change }), NOW);
  await started(test);
  test.openContact();
  return test;
}

export const brief = ({ battery, severity, clearedAt }: Alarm): unknown => [
  battery,
  severity,
  clearedAt === null ? 'stands' : 'over',
];
