import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '#common/domain';
import { ManualClock } from '#common/platform';
import { InProcessStartAlarm } from '../adapters/in-process-start.alarm.js';
import { DatabaseClock, OFFSET_MS_MAX } from './database.clock.js';
import { DatabaseTime } from './database-time.port.js';

const NOON = new Date('2030-01-01T12:00:00Z');
const HOUR_MS = 3_600_000;

/** A host whose wall clock can step while its monotonic one goes on. */
class SteppingClock extends ManualClock {
  stepMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.stepMs;
  }
}

/** A database on another host, whose answers take their time. */
class RemoteTime extends DatabaseTime {
  aheadMs = 0;
  readonly tripsMs: number[] = [];

  constructor(private readonly clock: ManualClock) {
    super();
  }

  async read(): Promise<Instant> {
    const tripMs = this.tripsMs.shift() ?? 0;
    this.clock.advance(tripMs / 2);
    const now = (this.clock.monotonicMs() + this.aheadMs) * 1_000;
    this.clock.advance(tripMs / 2);
    return now;
  }
}

function make() {
  const host = new SteppingClock(NOON);
  const time = new RemoteTime(host);
  const clock = new DatabaseClock(host, time);
  return { host, time, clock, databaseMs: () => host.monotonicMs() + time.aheadMs };
}

describe("the database's clock", () => {
  it('is never ahead of it, and at most one answer behind', async () => {
    const trips = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 5, maxLength: 5 });
    const ahead = fc.integer({ min: -HOUR_MS, max: HOUR_MS });
    await fc.assert(
      fc.asyncProperty(trips, ahead, async (tripsMs, aheadMs) => {
        const { time, clock, databaseMs, host } = make();
        time.aheadMs = aheadMs;
        time.tripsMs.push(...tripsMs);
        await clock.measure();
        host.advance(1_234);
        const behindMs = databaseMs() - clock.nowMs();
        expect(behindMs).toBeGreaterThanOrEqual(0);
        expect(behindMs).toBeLessThanOrEqual(Math.min(...tripsMs));
        expect(clock.offsetMs()).toBeCloseTo(aheadMs, 6);
      }),
    );
  });

  it('says when the clocks are far apart', async () => {
    const { time, clock } = make();
    expect(clock.health()).toEqual({ status: 'up', offset_ms: null, round_trip_ms: null });
    time.aheadMs = OFFSET_MS_MAX;
    await clock.measure();
    expect(clock.health()).toMatchObject({ status: 'up', offset_ms: OFFSET_MS_MAX });
    time.aheadMs = -OFFSET_MS_MAX - 1;
    await clock.measure();
    expect(clock.health()).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('250 ms'),
      offset_ms: -251,
    });
  });

  it.each([HOUR_MS, -HOUR_MS])(
    'goes on when the clock of this host steps by %d',
    async (stepMs) => {
      const { host, clock, databaseMs } = make();
      await clock.measure();
      host.advance(500);
      host.stepMs = stepMs;
      host.advance(500);
      expect(clock.nowMs()).toBe(databaseMs());
    },
  );

  it.each([HOUR_MS, -HOUR_MS, 0])(
    'wakes for a contact on time, though the clock of this host steps by %d',
    async (stepMs) => {
      const { host, clock, databaseMs } = make();
      await clock.measure();
      const alarm = new InProcessStartAlarm(clock);
      const wokenAtMs: number[] = [];
      alarm.onDue(() => wokenAtMs.push(databaseMs()));
      const dueAtMs = databaseMs() + 3_000;
      alarm.set({ id: 'one', revision: 1, startTime: dueAtMs * 1_000 });
      host.advance(1_000);
      host.stepMs = stepMs;
      host.advance(10_000);
      expect(wokenAtMs).toEqual([dueAtMs]);
    },
  );

  it("waits for the database's own clock when that was put back", async () => {
    const { host, time, clock, databaseMs } = make();
    await clock.measure();
    const alarm = new InProcessStartAlarm(clock);
    const wokenAtMs: number[] = [];
    alarm.onDue(() => wokenAtMs.push(databaseMs()));
    const dueAtMs = databaseMs() + 3_000;
    alarm.set({ id: 'one', revision: 1, startTime: dueAtMs * 1_000 });
    time.aheadMs = -HOUR_MS;
    await clock.measure();
    host.advance(10_000);
    expect(wokenAtMs).toEqual([]);
    host.advance(HOUR_MS);
    expect(wokenAtMs).toEqual([dueAtMs]);
  });
});
