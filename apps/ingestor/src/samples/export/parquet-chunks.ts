import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { PacketField } from '../../packets/packet-reader.js';
import type { Sample } from '../sample.js';
import { ParquetColumns } from './parquet-columns.js';

/** In memory at once; a reader has to keep as many, too. */
const GROUP_ROWS = 50_000;
/** Of their values. */
const GROUP_VALUES_MAX = 1_000_000;

/** One row per sample, in row groups that are sent as soon as they are full. */
export async function* parquetChunks(
  batches: AsyncIterable<readonly Sample[]>,
  fields: readonly PacketField[],
  hasReceivedAt: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const columns = new ParquetColumns(fields, hasReceivedAt);
  const bytes = new ByteWriter();
  const schema = columns.schema();
  // Statistics would cost a tenth of the time, and whoever wants less than a file asks for less.
  const writer = new ParquetWriter({
    writer: bytes,
    schema,
    statistics: false,
    createdBy: 'Perigee',
  });
  const groupRows = Math.max(1, Math.min(GROUP_ROWS, Math.floor(GROUP_VALUES_MAX / schema.length)));
  const writeGroup = (): void => {
    // What is written to memory is written at once.
    void writer.write({ columnData: columns.take(), rowGroupSize: groupRows });
  };
  for await (const samples of batches)
    for (const sample of samples) {
      columns.add(sample);
      if (columns.rowCount < groupRows) continue;
      writeGroup();
      yield taken(bytes);
    }
  if (columns.rowCount > 0) writeGroup();
  void writer.finish();
  yield taken(bytes);
}

/** What was written since the last time; its place in the file is counted apart. */
function taken(writer: ByteWriter): Buffer {
  const chunk = Buffer.from(writer.getBytes());
  writer.index = 0;
  return chunk;
}
