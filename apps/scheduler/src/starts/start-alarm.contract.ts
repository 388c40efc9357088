import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StartAlarm } from './start-alarm.port.js';

export interface AlarmUnderTest {
  readonly alarm: StartAlarm;
  nowMs(): number;
  /** Lets so much time pass on the alarm's clock. */
  advance(ms: number): Promise<void>;
}

/** What every `StartAlarm` must do. */
export function describeStartAlarm(make: () => Promise<AlarmUnderTest>): void {
  describe('a StartAlarm', () => {
    let test: AlarmUnderTest;
    let wokenCount: number;

    beforeEach(async () => {
      test = await make();
      wokenCount = 0;
      test.alarm.onDue(() => {
        wokenCount += 1;
      });
    });

    const dueIn = (ms: number, id: string = randomUUID(), revision = 1) => ({
      id,
      revision,
      startTime: (test.nowMs() + ms) * 1_000,
    });

    it('wakes when a contact is due, not before', async () => {
      test.alarm.set(dueIn(1_000));
      await test.advance(900);
      expect(wokenCount).toBe(0);
      await test.advance(100);
      expect(wokenCount).toBe(1);
    });

    it('wakes at once for what is due already', async () => {
      test.alarm.set(dueIn(-5_000));
      await test.advance(1);
      expect(wokenCount).toBe(1);
    });

    it('moves with its contact', async () => {
      const id = randomUUID();
      test.alarm.set(dueIn(1_000, id));
      test.alarm.set(dueIn(3_000, id, 2));
      await test.advance(2_000);
      expect(wokenCount).toBe(0);
      await test.advance(1_000);
      expect(wokenCount).toBe(1);
    });

    it('is silent for a contact that was cancelled, and for one that it does not know', async () => {
      const contact = dueIn(1_000);
      test.alarm.set(contact);
      test.alarm.cancel(contact.id);
      test.alarm.cancel(randomUUID());
      await test.advance(2_000);
      expect(wokenCount).toBe(0);
    });
  });
}
