import { describe, expect, it } from 'vitest';
import { isReservedChannel } from './rocket-channel.js';

describe('a channel name', () => {
  it.each(['latest_update_timestamp', 'a-processed', '-processed'])('%s is reserved', (name) => {
    expect(isReservedChannel(name)).toBe(true);
  });

  it.each(['Latest_update_timestamp', 'a-processed-b', 'processed', 'constructor'])(
    '%s is free',
    (name) => {
      expect(isReservedChannel(name)).toBe(false);
    },
  );
});
