import { describe, expect, it } from 'vitest';
import { REFUSED_MS_MAX, RefusalWatch } from './refusal-watch.js';

describe('a refusal watch', () => {
  it('gives up when refusals go on for too long', () => {
    const watch = new RefusalWatch(1_000);

    for (let second = 0; second <= REFUSED_MS_MAX / 1_000; second++) {
      expect(watch.isOver(second * 1_000, second + 1)).toBe(false);
    }
    expect(watch.isOver(REFUSED_MS_MAX + 1_000, REFUSED_MS_MAX)).toBe(true);
  });

  it('starts over when the receiver was there for a while', () => {
    const watch = new RefusalWatch(100);
    watch.isOver(0, 1);
    watch.isOver(1_000, 2);

    expect(watch.isOver(REFUSED_MS_MAX + 900, 3)).toBe(false);
    expect(watch.isOver(REFUSED_MS_MAX + 2_000, 4)).toBe(false);
  });

  it('does not give up on silence', () => {
    const watch = new RefusalWatch(100);
    watch.isOver(0, 1);

    expect(watch.isOver(60_000, 1)).toBe(false);
  });

  it('sees a row of refusals also when datagrams are far apart', () => {
    const watch = new RefusalWatch(60_000);
    watch.isOver(0, 1);

    expect(watch.isOver(60_000, 2)).toBe(true);
  });
});
