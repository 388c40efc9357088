import { describe, expect, it } from 'vitest';
import { BLOCK_CHARS_MAX, EventBlocks } from './event-blocks.js';

const TEXT =
  'retry: 2000\n\nevent: live\nid: 41\ndata: {"number":41}\n\n: beat\nid: 42\n\nevent: active\nid: 43\ndata: {}\n\n';
const BLOCKS = [
  { name: null, id: null, data: null },
  { name: 'live', id: '41', data: '{"number":41}' },
  { name: null, id: '42', data: null },
  { name: 'active', id: '43', data: '{}' },
];

describe('blocks of server-sent events', () => {
  it('are the same wherever the stream is cut', () => {
    for (let size = 1; size <= TEXT.length; size += 1) {
      const blocks = new EventBlocks();
      const chunks = TEXT.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(chunks.flatMap((chunk) => blocks.push(chunk))).toEqual(BLOCKS);
    }
  });

  it('do not grow without end', () => {
    const blocks = new EventBlocks();
    expect(blocks.push('x'.repeat(BLOCK_CHARS_MAX))).toEqual([]);
    expect(() => blocks.push('x')).toThrow(RangeError);
  });
});
