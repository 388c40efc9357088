import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { SampleFeed, type TakenPacket } from './sample-feed.js';

const packet: TakenPacket = {
  shipId: 1,
  shipName: 'A',
  contactId: 'contact',
  definition: 'battery',
  sequence: 1,
  generatedAt: 1,
  receivedAt: 1,
  packet: Buffer.alloc(1),
};

describe('a feed of taken packets', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('tells those who watch the ship, or all, until they stop', () => {
    const feed = new SampleFeed(new ManualClock(new Date()));
    const heard: string[] = [];
    const stops = [null, 'A', 'B'].map((ship) => feed.watch(ship, () => heard.push(String(ship))));
    feed.offer(packet);
    expect(heard).toEqual(['null', 'A']);
    expect(feed.wants('C')).toBe(true);

    for (const stop of stops) stop();
    feed.offer(packet);
    expect(heard).toHaveLength(2);
    expect(feed.wants('A')).toBe(false);
  });

  it('goes on when a listener fails', () => {
    const feed = new SampleFeed(new ManualClock(new Date()));
    const heard: TakenPacket[] = [];
    feed.watch(null, () => {
      throw new Error('a fault of the listener');
    });
    feed.watch('A', (taken) => heard.push(taken));

    feed.offer(packet);
    expect(heard).toEqual([packet]);
  });
});
