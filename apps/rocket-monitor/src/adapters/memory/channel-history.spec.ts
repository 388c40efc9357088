import { describe, expect, it } from 'vitest';
import {
  FIRST_CHECKPOINT,
  foldMessages,
  newTrack,
  receive,
  type RocketArrival,
  UNKNOWN_ROCKET,
} from '#common/domain';
import { faster, LAUNCH, message } from '../../rockets/testing/arrivals.js';
import { MessageHistories } from './message-histories.js';

/** Puts the arrivals in as the store does. */
function historiesOf(arrivals: readonly RocketArrival[], settledMax: number) {
  const histories = new MessageHistories({ settledMax });
  const tracks = new Map<string, ReturnType<typeof newTrack>>();
  for (const arrival of arrivals) {
    const before = tracks.get(arrival.channel) ?? newTrack(arrival.channel);
    const { track } = receive(before, arrival);
    tracks.set(arrival.channel, track);
    histories.add(arrival, track);
  }
  const numbers = (channel: string) => {
    const taken = tracks.get(channel)?.taken;
    if (taken === undefined) throw new Error(channel);
    const query = { by: 'number', after: 0, limit: 10_000 } as const;
    return histories
      .of(channel)
      ?.find(taken, query)
      .map(({ number }) => number);
  };
  return { histories, numbers };
}

const flight = (channel: string, count: number): RocketArrival[] =>
  Array.from({ length: count }, (_, nr) =>
    nr === 0 ? message(channel, 1, LAUNCH) : faster(channel, nr + 1, nr),
  );

describe('the history in memory', () => {
  it('forgets the beginning, and keeps the state that it came to', () => {
    const arrivals = flight('a', 600);
    const { histories, numbers } = historiesOf(arrivals, 500);
    const history = histories.of('a');

    expect(numbers('a')).toEqual(Array.from({ length: 344 }, (_, nr) => 257 + nr));
    expect(histories.settledCount).toBe(344);
    expect(history?.checkpoint(255)).toBeNull();
    expect(history?.checkpoint(600)).toEqual({
      through: 256,
      rocket: foldMessages(UNKNOWN_ROCKET, arrivals.slice(0, 256)),
    });
    expect(history?.content(256)).toBeUndefined();
    expect(history?.content(257)).toContain('256]');
  });

  it('never forgets what is above the mark', () => {
    const parked = [...flight('a', 2), ...flight('b', 600).slice(3)];
    const { histories, numbers } = historiesOf(parked, 0);

    expect(numbers('a')).toEqual([]);
    expect(numbers('b')).toHaveLength(597);
    expect(histories.of('b')?.checkpoint(10)).toEqual(FIRST_CHECKPOINT);
  });

  it('lets the channels take turns', () => {
    const arrivals = [...flight('a', 512), ...flight('b', 512), ...flight('c', 400)];
    const { histories, numbers } = historiesOf(arrivals, 1_000);

    expect(histories.settledCount).toBeLessThanOrEqual(1_000);
    for (const channel of ['a', 'b', 'c']) expect(numbers(channel)?.length).toBeGreaterThan(100);
  });

  it('forgets from one checkpoint to the next', () => {
    const arrivals = flight('a', 700);
    const { histories } = historiesOf(arrivals, 10_000);
    const history = histories.of('a');
    const at = (through: number) => ({
      through,
      rocket: foldMessages(UNKNOWN_ROCKET, arrivals.slice(0, through)),
    });
    history?.keepCheckpoint(at(300));
    history?.keepCheckpoint(at(600));
    history?.forget(400);

    expect(history?.checkpoint(300)).toBeNull();
    expect(history?.checkpoint(599)).toEqual(at(400));
    expect(history?.checkpoint(600)).toEqual(at(600));
  });
});
