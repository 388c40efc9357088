import { describe, expect, it } from 'vitest';
import { faster } from '../../rockets/testing/arrivals.js';
import type { ChannelCounts } from './log.follower.js';
import { LogTracks } from './log.tracks.js';

const counted = (tracks: LogTracks, counts: ChannelCounts): void =>
  tracks.apply({ messages: [], counts: [counts] });

describe('LogTracks', () => {
  it('keeps counts of a channel whose first message is under way', async () => {
    const told: (readonly string[])[] = [];
    const tracks = new LogTracks(10, (channels) => told.push(channels));
    await tracks.whileBeginning(faster('a', 1), () => {
      counted(tracks, ['a', 2, 0, 1]);
      counted(tracks, ['a', 1, 3, 0]);
      expect(tracks.tracks.get('a')).toBeNull();
      tracks.apply({ messages: [faster('a', 1)], counts: [] });
      return Promise.resolve();
    });

    expect(tracks.tracks.get('a')).toMatchObject({
      taken: { lowWater: 1 },
      duplicateCount: 2,
      conflictCount: 3,
      rejectedCount: 1,
    });
    expect(told).toEqual([['a']]);
  });

  it('forgets them with a message that failed: they come again with its reading', async () => {
    const tracks = new LogTracks(10, () => undefined);
    const failed = tracks.whileBeginning(faster('a', 1), () => {
      counted(tracks, ['a', 2, 0, 0]);
      return Promise.reject(new Error('x'));
    });
    await expect(failed).rejects.toThrow('x');

    tracks.apply({ messages: [faster('a', 1)], counts: [] });
    expect(tracks.tracks.get('a')).toMatchObject({ duplicateCount: 0 });
  });
});
