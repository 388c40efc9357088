import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_BYTES_MAX } from './line.splitter.js';
import { batchesOf, type RecordedMessage } from './message-batches.js';

interface Read {
  readonly batches: RecordedMessage[][];
  readonly refused: string[];
}

async function read(pieces: readonly (string | Buffer)[], size = 1_000): Promise<Read> {
  const batches: RecordedMessage[][] = [];
  const refused: string[] = [];
  const file = Readable.from(pieces.map((piece) => Buffer.from(piece)));
  for await (const batch of batchesOf(file, size, (line, why) => refused.push(`${line}: ${why}`)))
    batches.push(batch);
  return { batches, refused };
}

describe('the batches of a file', () => {
  it('hold its lines in order with their numbers, wherever the pieces end', async () => {
    const texts = fc.array(fc.oneof(fc.json(), fc.constant('')), { maxLength: 40 });
    const cuts = fc.array(fc.nat(2_000), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, cuts, fc.integer({ min: 1, max: 9 }), async (lines, at, size) => {
        const whole = Buffer.from(lines.join('\n'));
        const ends = [...at, whole.length].toSorted((a, b) => a - b);
        const pieces = ends.map((end, nr) => whole.subarray(ends[nr - 1] ?? 0, end));

        const { batches, refused } = await read(pieces, size);

        const wanted = lines.map((text, nr) => ({ line: nr + 1, text: text.trim() }));
        expect(batches.flat()).toEqual(wanted.filter(({ text }) => text !== ''));
        expect(batches.slice(0, -1).every((batch) => batch.length === size)).toBe(true);
        expect(refused).toEqual([]);
      }),
    );
  });

  it('leave out what cannot be sent, and say why', async () => {
    const { batches, refused } = await read([
      '\uFEFF{"a":1}\r\n',
      'no\n\n  \n{"b":',
      '\n{"c":"',
      Buffer.of(0xff),
      '"}\n[]',
    ]);

    expect(batches.flat()).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 7, text: '[]' },
    ]);
    expect(refused).toEqual(['2: not JSON', '5: not JSON', '6: not UTF-8']);
  });

  it('pass over a line that is too long, without keeping it', async () => {
    const piece = Buffer.alloc(LINE_BYTES_MAX / 2, ' ');

    const { batches, refused } = await read([piece, piece, '1\n', piece, piece, '\n2']);

    expect(refused).toEqual([`1: longer than ${LINE_BYTES_MAX} bytes`]);
    expect(batches.flat()).toEqual([{ line: 3, text: '2' }]);
  });

  it('end early when they are large', async () => {
    const line = `"${'x'.repeat(1_000_000)}"\n`;

    const { batches } = await read(Array.from({ length: 7 }, () => line));

    expect(batches.map((batch) => batch.length)).toEqual([5, 2]);
  });
});
