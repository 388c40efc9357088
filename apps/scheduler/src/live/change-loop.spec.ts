import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { ChangeFeed } from './change-feed.js';
import { ChangeLoop } from './change-loop.js';
import { ChangeTicks } from './change-ticks.port.js';
import { MemoryChangeLog } from './testing/memory-change.log.js';

class ManualTicks extends ChangeTicks {
  tick: () => void = () => undefined;

  onTick(listener: () => void): void {
    this.tick = listener;
  }
}

describe('the loop that numbers changes', () => {
  let clock: ManualClock;
  let log: MemoryChangeLog;
  let ticks: ManualTicks;
  let loop: ChangeLoop;

  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(['error']));

  beforeEach(async () => {
    [clock, log, ticks] = [new ManualClock(new Date(0)), new MemoryChangeLog(), new ManualTicks()];
    loop = new ChangeLoop(log, new ChangeFeed(log), clock, ticks);
    loop.onApplicationBootstrap();
    await pass(0);
  });

  /** Lets time pass, and what comes due in it be done. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
  };

  it('finds by itself what others changed', async () => {
    log.happen(3);
    await pass(249);
    expect(log.changes).toHaveLength(0);
    await pass(1);
    expect(log.changes).toHaveLength(3);
  });

  it('follows a change soon, but waits until it is quiet, and not for ever', async () => {
    log.happen(1);
    ticks.tick();
    await pass(100);
    expect(log.changes).toHaveLength(1);

    log.happen(1);
    for (let quiet = 0; quiet < 9; quiet += 1) {
      ticks.tick();
      await pass(50);
    }
    expect(log.changes).toHaveLength(1);
    ticks.tick();
    await pass(50);
    expect(log.changes).toHaveLength(2);
  });

  it('numbers many in parts, with time for others between them', async () => {
    log.happen(2_500);
    await pass(250);
    expect(log.changes).toHaveLength(1_000);
    await pass(50);
    expect(log.changes).toHaveLength(2_000);
    await pass(50);
    expect(log.changes).toHaveLength(2_500);
  });

  it('goes on after a fault, and ends when it is told to', async () => {
    log.isAway = true;
    await pass(250);
    log.isAway = false;
    log.happen(1);
    await pass(250);
    expect(log.changes).toHaveLength(1);

    await loop.onModuleDestroy();
    ticks.tick();
    expect(clock.alarmCount).toBe(0);
  });
});
