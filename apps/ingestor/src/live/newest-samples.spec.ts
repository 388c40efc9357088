import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { readPacketReaders } from '../packets/packet-readers.js';
import { NewestSamples, type NewestSample, TELL_EVERY_MS } from './newest-samples.js';
import { SampleFeed } from './sample-feed.js';
import { WINDOW_PACKETS_MAX } from './taken-window.js';
import { START_MS, taken } from './testing/taken-packets.js';

const readers = readPacketReaders();

describe('the newest samples', () => {
  let clock: ManualClock;
  let feed: SampleFeed;
  let newest: NewestSamples;

  beforeEach(() => {
    clock = new ManualClock(new Date(START_MS));
    feed = new SampleFeed(clock);
    newest = new NewestSamples(feed, readers, clock);
  });

  const watched = (shipName: string | null) => {
    const told: string[][] = [];
    const stop = newest.watch(shipName, (samples) => void told.push(samples.map(textOf)));
    return { told, stop };
  };
  const textOf = ({ shipName, battery, sequence }: NewestSample) =>
    `${shipName}/${battery} ${sequence}`;

  it('are told in even steps, each battery once, however many came', () => {
    const { told } = watched(null);
    for (let number = 1; number <= 1_000; number += 1) {
      feed.offer(taken(number, { batteries: [0, 1] }));
      feed.offer(taken(number, { ship: 'B' }));
    }
    expect(told).toEqual([]);
    clock.advance(TELL_EVERY_MS);
    expect(told.map((texts) => texts.toSorted())).toEqual([['A/0 1000', 'A/1 1000', 'B/0 1000']]);

    clock.advance(10 * TELL_EVERY_MS);
    expect(told).toHaveLength(1);
    expect(clock.alarmCount).toBe(0);
  });

  it('are those with the latest generation time, in whatever order they come', () => {
    const { told } = watched('A');
    for (const number of [3, 5, 1]) feed.offer(taken(number));
    clock.advance(TELL_EVERY_MS);
    feed.offer(taken(4));
    clock.advance(TELL_EVERY_MS);
    feed.offer(taken(6));
    clock.advance(TELL_EVERY_MS);

    expect(told).toEqual([['A/0 5'], ['A/0 6']]);
  });

  it('are of the last packets of a window where more come than are read', () => {
    const { told } = watched(null);
    const numbers = Array.from({ length: WINDOW_PACKETS_MAX + 1 }, (_, at) => at + 1);
    for (const number of numbers) feed.offer(taken(number, { batteries: [number === 1 ? 9 : 0] }));
    clock.advance(TELL_EVERY_MS);

    expect(told).toEqual([[`A/0 ${numbers.length}`]]);
  });

  it('cost nothing for ships that nobody watches', () => {
    const [a, b] = [watched('A'), watched('B')];
    expect(['A', 'B', 'C'].map((ship) => feed.wants(ship))).toEqual([true, true, false]);
    const all = watched(null);
    feed.offer(taken(1));
    clock.advance(TELL_EVERY_MS);
    expect([a.told, b.told, all.told]).toEqual([[['A/0 1']], [], [['A/0 1']]]);
    expect(newest.of('A')).toHaveLength(1);

    all.stop();
    a.stop();
    a.stop();
    expect(['A', 'B', 'C'].map((ship) => feed.wants(ship))).toEqual([false, true, false]);
    expect(newest.of('A')).toEqual([]);
  });

  it('skip packets that no definition describes', () => {
    const { told } = watched(null);
    feed.offer({ ...taken(1), definition: 'of another version' });
    feed.offer({ ...taken(2), packet: Buffer.from('?') });
    clock.advance(TELL_EVERY_MS);

    expect(told).toEqual([]);
  });
});
