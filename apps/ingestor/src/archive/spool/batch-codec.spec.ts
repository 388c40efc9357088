import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ContactAccount } from '#common/domain';
import { BlockBuilder } from '../block-builder.js';
import type { ArchiveBatch } from '../telemetry-archive.port.js';
import { BatchFault, decodeBatch, encodeBatch } from './batch-codec.js';

function batchOf(packets: number): ArchiveBatch {
  const owner = { contactId: randomUUID(), fence: 3, shipId: 7, definition: 'battery' };
  const builder = new BlockBuilder(owner, 0);
  const packet = Buffer.from('a packet');
  for (let sequence = 1; sequence <= packets; sequence += 1)
    builder.add({ sequence, generatedAt: sequence, receivedAt: 0.5 }, packet, 0, packet.length, 1);
  const account = ContactAccount.open('sequence').snapshot();
  const progress = { account, firstDatagramAt: 5, closingSequence: null };
  return {
    receptions: [{ contactId: owner.contactId, fence: 3, shipId: 7, progress }],
    blocks: packets === 0 ? [] : [builder.seal(1)],
    latest: [{ ...owner, battery: 0, sequence: 9, generatedAt: 2, receivedAt: 3, packet }],
  };
}

describe('a batch as a file', () => {
  it.each([0, 1, 100])('reads as it was written, with %i packets', (packets) => {
    const batch = batchOf(packets);

    expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
  });

  it('is refused when any bit of it is another, or its end is missing', () => {
    const bytes = encodeBatch(batchOf(1));

    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      expect(() => decodeBatch(damaged)).toThrow(BatchFault);
      expect(() => decodeBatch(bytes.subarray(0, at))).toThrow(BatchFault);
    }
  });
});
