import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import type { StartAlarm } from './start-alarm.port.js';

export interface AlarmUnderTest {
  readonly alarm: StartAlarm;
  nowMs(): number;
  /** Lets at least so much time pass on the alarm's clock, be it a real one. */
  advance(ms: number): Promise<void>;
  close?(): Promise<void>;
}

/** What every `StartAlarm` must do. How late it wakes is measured, not promised. */
export function describeStartAlarm(make: () => Promise<AlarmUnderTest>): void {
  describe('a StartAlarm', () => {
    let test: AlarmUnderTest;
    let wokenAtMs: number[];

    beforeEach(async () => {
      test = await make();
      wokenAtMs = [];
      test.alarm.onDue(() => wokenAtMs.push(test.nowMs()));
    });

    afterEach(() => test.close?.());

    const dueIn = (ms: number, id: string = randomUUID(), revision = 1) => ({
      id,
      revision,
      startTime: (test.nowMs() + ms) * 1_000,
    });

    it('wakes when a contact is due, not before', async () => {
      const contact = dueIn(1_000);
      test.alarm.set(contact);
      await test.advance(500);
      await test.advance(500);

      await until(() => expect(wokenAtMs).toHaveLength(1));
      expect(wokenAtMs[0]! * 1_000).toBeGreaterThanOrEqual(contact.startTime);
    });

    it('wakes at once for what is due already', async () => {
      test.alarm.set(dueIn(-5_000));
      await test.advance(1);
      await until(() => expect(wokenAtMs).toHaveLength(1));
    });

    it('wakes once for a contact that is set again and again', async () => {
      const contact = dueIn(500);
      for (let nr = 0; nr < 5; nr += 1) test.alarm.set(contact);
      await test.advance(1_500);
      await until(() => expect(wokenAtMs).toHaveLength(1));
    });

    it('moves with its contact', async () => {
      const id = randomUUID();
      test.alarm.set(dueIn(1_000, id));
      const moved = dueIn(2_000, id, 2);
      test.alarm.set(moved);
      await test.advance(2_000);

      await until(() => expect(wokenAtMs).toHaveLength(1));
      expect(wokenAtMs[0]! * 1_000).toBeGreaterThanOrEqual(moved.startTime);
    });

    it('is silent for a contact that was cancelled, and for one that it does not know', async () => {
      const contact = dueIn(500);
      test.alarm.set(contact);
      test.alarm.cancel(contact.id);
      test.alarm.cancel(randomUUID());
      await test.advance(1_500);
      expect(wokenAtMs).toEqual([]);
    });

    it('is well while it can be set', () => {
      expect(test.alarm.health()).toMatchObject({ status: 'up' });
    });
  });
}
