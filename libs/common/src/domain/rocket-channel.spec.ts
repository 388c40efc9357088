import { describe, expect, it } from 'vitest';
import { isReservedChannel } from './rocket-channel.js';

describe('a channel name', () => {
  it.each([
    'latest_update_timestamp',
    'a-processed',
    '-processed',
    'bull:starts:1',
    'bull:',
    'perigee:rocket:a',
  ])('%s is reserved', (name) => {
    expect(isReservedChannel(name)).toBe(true);
  });

  it.each([
    'Latest_update_timestamp',
    'a-processed-b',
    'processed',
    'constructor',
    'bull',
    'a bull:starts',
    'perigee',
  ])('%s is free', (name) => {
    expect(isReservedChannel(name)).toBe(false);
  });
});
