import { describe, expect, it } from 'vitest';
import { BackgroundLoop } from './background-loop.js';
import { ManualClock } from './manual.clock.js';

const EVERY_MS = 100;

/** Rounds that end when the test says so. */
function aLoop() {
  const clock = new ManualClock(new Date(0));
  const ends: (() => void)[] = [];
  let begun = 0;
  const loop = new BackgroundLoop(clock, async () => {
    begun += 1;
    await new Promise<void>((resolve) => ends.push(resolve));
    return EVERY_MS;
  });
  const end = async (): Promise<void> => {
    ends.shift()!();
    await turn();
  };
  return { clock, loop, end, begun: () => begun };
}

/** Lets all that is settled go on. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a background loop', () => {
  it('comes round, so long after the last round as that one said', async () => {
    const { clock, loop, end, begun } = aLoop();
    loop.start();
    clock.advance(0);
    expect(begun()).toBe(1);

    clock.advance(10 * EVERY_MS);
    expect(begun()).toBe(1);
    await end();
    clock.advance(EVERY_MS - 1);
    expect(begun()).toBe(1);
    clock.advance(1);
    expect(begun()).toBe(2);
  });

  it('that is woken begins at once, and once more behind the round under way', async () => {
    const { clock, loop, end, begun } = aLoop();
    loop.start(EVERY_MS);
    loop.wake();
    expect(begun()).toBe(1);
    loop.wake();
    loop.wake();
    expect(begun()).toBe(1);

    await end();
    clock.advance(0);
    expect(begun()).toBe(2);
    await end();
    clock.advance(0);
    expect(begun()).toBe(2);
  });

  it('stops once the round under way has ended', async () => {
    const { clock, loop, end, begun } = aLoop();
    loop.start();
    clock.advance(0);
    let isStopped = false;
    const stopping = loop.stop().then(() => (isStopped = true));
    await turn();
    expect(isStopped).toBe(false);

    await end();
    await stopping;
    loop.wake();
    clock.advance(10 * EVERY_MS);
    expect(begun()).toBe(1);
    expect(clock.alarmCount).toBe(0);
  });

  it('is not held up by a round that does not end', async () => {
    const { clock, loop } = aLoop();
    loop.start();
    clock.advance(0);
    const stopping = loop.stop(EVERY_MS);
    clock.advance(EVERY_MS);
    await stopping;
    expect(loop.isStopped).toBe(true);
  });

  it('that was never started has nothing to stop', async () => {
    const { loop, begun } = aLoop();
    loop.wake();
    await loop.stop();
    expect(begun()).toBe(0);
  });
});
