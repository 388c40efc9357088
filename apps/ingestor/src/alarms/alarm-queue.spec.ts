import { describe, expect, it } from 'vitest';
import { AlarmQueue } from './alarm-queue.js';
import { after, alarmOf } from './testing/alarms.js';

const over = { clearedAt: after(1), version: 2 };

describe('a queue of alarms', () => {
  it('keeps the last of each, in the order in which they came first', () => {
    const queue = new AlarmQueue();
    const [one, other] = [alarmOf(), alarmOf()];
    for (const alarm of [one, other, { ...one, ...over }]) queue.offer(alarm);

    expect(queue.take(5)).toEqual([{ ...one, ...over }, other]);
    expect(queue.take(1)).toEqual([{ ...one, ...over }]);
  });

  it('lets go of what is saved, but not of what changed meanwhile', () => {
    const queue = new AlarmQueue();
    const [one, other] = [alarmOf(), alarmOf()];
    queue.offer(one);
    queue.offer(other);
    const taken = queue.take(5);
    queue.offer({ ...one, ...over });
    queue.settle(taken);

    expect(queue.take(5)).toEqual([{ ...one, ...over }]);
  });

  it('loses the oldest that came and went, and counts them', () => {
    const queue = new AlarmQueue(2);
    const gone = Array.from({ length: 5 }, () => alarmOf());
    for (const alarm of gone) {
      queue.offer(alarm);
      queue.offer({ ...alarm, ...over });
    }

    expect(queue.lostCount).toBe(3);
    expect(queue.take(9).map(({ id }) => id)).toEqual(gone.slice(3).map(({ id }) => id));
  });

  it('loses none that stands, nor the end of one that the list may have', () => {
    const queue = new AlarmQueue(1);
    const standing = Array.from({ length: 5 }, () => alarmOf());
    for (const alarm of standing) queue.offer(alarm);
    // Whether this was saved, nobody knows.
    queue.take(5);
    for (const alarm of standing) queue.offer({ ...alarm, ...over });
    const known = alarmOf({ version: 7, clearedAt: after(3) });
    queue.offer(known);

    expect(queue.lostCount).toBe(0);
    expect(queue.take(9)).toHaveLength(6);
  });
});
