import type { PacketField } from '../../packets/packet-reader.js';
import { SampleWriter } from '../sample-writer.js';
import type { Sample } from '../sample.js';
import { TextChunks } from './text-chunks.js';

/** One sample per line, as `/samples` has it. */
export async function* ndjsonChunks(
  batches: AsyncIterable<readonly Sample[]>,
  fields: readonly PacketField[],
  hasReceivedAt: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const writer = new SampleWriter(fields, hasReceivedAt);
  const chunks = new TextChunks();
  for await (const samples of batches)
    for (const sample of samples) {
      chunks.add(`${writer.textOf(sample)}\n`);
      if (chunks.isFull) yield chunks.take();
    }
  yield chunks.take();
}
