import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangeFeed } from './change-feed.js';
import { MemoryChangeLog } from './testing/memory-change.log.js';

const nothing = (): void => undefined;

describe('the feed of changes', () => {
  it('gives every reader everything behind any number, however it came there', async () => {
    const steps = fc.array(
      fc.record({ happened: fc.nat(700), isRead: fc.boolean(), isHeard: fc.boolean() }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(2_000), async (course, from) => {
        const log = new MemoryChangeLog();
        const feed = new ChangeFeed(log);
        let stop = nothing;
        for (const { happened, isRead, isHeard } of course) {
          log.happen(happened);
          await log.number(1_000);
          if (isHeard) stop = feed.listen(nothing);
          else stop();
          if (isRead) await feed.catchUp();
        }
        feed.listen(nothing);
        await feed.catchUp();
        await feed.catchUp();

        const seen: number[] = [];
        const start = Math.min(from, log.changes.length);
        for (let at = start; at < log.changes.length; at = seen.at(-1) ?? at)
          seen.push(...(await feed.after(at)).map(({ number }) => number));
        expect(seen).toEqual(log.changes.slice(start).map(({ number }) => number));
        expect(await feed.after(log.changes.length)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('reads what is new once for all who listen, and nothing while nobody does', async () => {
    const log = new MemoryChangeLog();
    const feed = new ChangeFeed(log);
    const told = { one: 0, other: 0 };
    await feed.catchUp();
    expect(log.readCount).toBe(0);

    const stops = [feed.listen(() => (told.one += 1)), feed.listen(() => (told.other += 1))];
    await feed.catchUp();
    log.happen(5);
    await log.number(10);
    await Promise.all([feed.catchUp(), feed.catchUp()]);
    expect(log.readCount).toBe(1);
    expect(told).toEqual({ one: 2, other: 2 });
    expect((await feed.after(3)).map(({ number }) => number)).toEqual([4, 5]);
    expect(log.readCount).toBe(1);

    for (const stop of stops) stop();
    await feed.catchUp();
    expect(log.readCount).toBe(1);
  });

  it('keeps the newest alone, and reads older ones again', async () => {
    const log = new MemoryChangeLog();
    const feed = new ChangeFeed(log);
    feed.listen(nothing);
    await feed.catchUp();
    log.happen(20_000);
    await log.number(20_000);
    await feed.catchUp();
    const before = log.readCount;
    await feed.after(19_000);
    expect(log.readCount).toBe(before);
    await feed.after(0);
    expect(log.readCount).toBe(before + 1);
  });
});
