import { describe, expect, it } from 'vitest';
import { MessageDigests } from './message-digests.js';

describe('message digests', () => {
  it('are remembered by channel and number', () => {
    const digests = new MessageDigests();
    digests.add('a', 1, 11);
    digests.add('b', 1, 12);
    digests.add('a', Number.MAX_SAFE_INTEGER, 0xffffffff);

    expect(digests.get('a', 1)).toBe(11);
    expect(digests.get('b', 1)).toBe(12);
    expect(digests.get('a', Number.MAX_SAFE_INTEGER)).toBe(0xffffffff);
    expect(digests.get('a', 2)).toBeUndefined();
    expect(digests.get('0:a', 1)).toBeUndefined();
  });

  it('forget the page that was opened first when there is no room', () => {
    const digests = new MessageDigests(2);
    digests.add('a', 1, 1);
    digests.add('b', 1, 2);
    digests.add('a', 2, 3);
    digests.add('c', 1, 4);

    expect(digests.get('a', 1)).toBeUndefined();
    expect(digests.get('a', 2)).toBeUndefined();
    expect(digests.get('b', 1)).toBe(2);
    expect(digests.get('c', 1)).toBe(4);
  });
});
