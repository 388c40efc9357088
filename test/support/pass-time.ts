import type { ManualClock } from '#common/platform';

/** Lets time pass in small steps, so that every alarm on the way is set and heard. */
export async function passTime(clock: ManualClock, seconds: number): Promise<void> {
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
