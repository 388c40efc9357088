import { describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { envelope } from './envelope.js';
import { MEMORY_OUTBOX_MAX, MemoryOutbox } from './memory.outbox.js';
import { describeOutbox } from './outbox.contract.js';

const make = () => new MemoryOutbox(new SystemClock());

describeOutbox(async () => {
  const outbox = make();
  return { outbox, add: async (message) => outbox.add(message) };
});

describe('a MemoryOutbox', () => {
  it('refuses what is over its limit', () => {
    const outbox = make();
    for (let n = 0; n < MEMORY_OUTBOX_MAX; n += 1) outbox.add(envelope('a.one', { n }));
    expect(() => outbox.add(envelope('a.one', {}))).toThrow('full');
  });
});
