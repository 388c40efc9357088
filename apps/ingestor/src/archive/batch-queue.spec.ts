import { describe, expect, it } from 'vitest';
import { Reception } from '../receptions/reception.js';
import { MemoryBatchQueue, type SealedBatch } from './batch-queue.js';
import { batchOf } from './testing/batches.js';
import { opening } from './testing/opening.js';

const KIBIBYTE = 1_024;

/** Of a contact with so many damaged numbers that stand apart. */
function sealed(damaged: number): SealedBatch {
  const reception = Reception.open(opening, 1, null);
  for (let nr = 1; nr <= damaged; nr += 1) reception.account.corrupt(2 * nr, 39);
  const batch = batchOf(reception, { sequence: 1, generatedAt: 0 });
  return { batch, samples: 1, sealedAtMs: 0 };
}

describe('the room for batches in memory', () => {
  it('counts the numbers that their accounts keep', async () => {
    const queue = new MemoryBatchQueue(64 * KIBIBYTE);
    queue.push(sealed(1));
    expect(queue.hasRoom()).toBe(true);
    queue.push(sealed(8 * KIBIBYTE));
    expect(queue.hasRoom()).toBe(false);

    await queue.shift();
    expect(queue.hasRoom()).toBe(false);
    await queue.shift();
    expect(queue.hasRoom()).toBe(true);
  });
});
