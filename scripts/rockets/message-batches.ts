import { isUtf8 } from 'node:buffer';
import { type Line, LINE_BYTES_MAX, LineSplitter } from './line.splitter.js';

/** A message of a file as it stands there. */
export interface RecordedMessage {
  readonly line: number;
  readonly text: string;
}

export type Refuse = (line: number, reason: string) => void;

/** A batch ends early when it is so large: the monitor limits its requests. */
const BATCH_CHARS_MAX = 4 * 1_024 * 1_024;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The messages of a file, so many together. Holds no more of the file than that. Lines that cannot be
 * sent are told to `refuse`, blank ones are passed over.
 */
export async function* batchesOf(
  file: AsyncIterable<Buffer>,
  size: number,
  refuse: Refuse,
): AsyncGenerator<RecordedMessage[]> {
  let batch: RecordedMessage[] = [];
  let charCount = 0;
  for await (const lines of linesOf(file))
    for (const line of lines) {
      const text = textOf(line, refuse);
      if (text === null) continue;
      batch.push({ line: line.number, text });
      charCount += text.length;
      if (batch.length < size && charCount < BATCH_CHARS_MAX) continue;
      yield batch;
      batch = [];
      charCount = 0;
    }
  if (batch.length > 0) yield batch;
}

async function* linesOf(file: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter();
  for await (const piece of file) yield splitter.push(piece);
  yield splitter.end();
}

/** Null for a line that there is nothing to send of. */
function textOf({ number, bytes }: Line, refuse: Refuse): string | null {
  const fault = (reason: string): null => {
    refuse(number, reason);
    return null;
  };
  if (bytes === null) return fault(`longer than ${LINE_BYTES_MAX} bytes`);
  if (!isUtf8(bytes)) return fault('not UTF-8');
  const whole = bytes.toString();
  const text = (number === 1 ? whole.replace(BYTE_ORDER_MARK, '') : whole).trim();
  if (text === '') return null;
  return isJson(text) ? text : fault('not JSON');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
