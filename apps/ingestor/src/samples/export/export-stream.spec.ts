import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ExportStream } from './export-stream.js';

interface Tally {
  made: number;
  isReturned: boolean;
  closed: number;
}

async function* chunks(tally: Tally, count: number, fault?: Error) {
  try {
    for (let nr = 0; nr < count; nr += 1) {
      tally.made += 1;
      yield Buffer.alloc(16 * 1024, 'x');
    }
    if (fault) throw fault;
  } finally {
    tally.isReturned = true;
  }
}

const newTally = (): Tally => ({ made: 0, isReturned: false, closed: 0 });

describe('an export stream', () => {
  it('gives all chunks, then closes once', async () => {
    const tally = newTally();
    const stream = await ExportStream.of(chunks(tally, 9), { onClosed: () => (tally.closed += 1) });

    expect(await text(stream)).toHaveLength(9 * 16 * 1024);
    expect(tally).toEqual({ made: 9, isReturned: true, closed: 1 });
  });

  it('makes no more than the reader takes', async () => {
    const tally = newTally();
    const stream = await ExportStream.of(chunks(tally, 1_000), {
      onClosed: () => (tally.closed += 1),
    });
    await once(stream, 'readable');
    stream.destroy();
    await once(stream, 'close');

    expect(tally.made).toBeLessThan(20);
    expect(tally).toMatchObject({ isReturned: true, closed: 1 });
  });

  it('lets go of a reader that takes nothing', async () => {
    const tally = newTally();
    const stream = await ExportStream.of(chunks(tally, 1_000), {
      onClosed: () => (tally.closed += 1),
      stallMs: 20,
    });
    const [fault] = await once(stream, 'error');

    expect(fault.message).toContain('took nothing');
    expect(tally).toMatchObject({ isReturned: true, closed: 1 });
  });

  it('fails at once when there is no first chunk', async () => {
    const tally = newTally();
    const made = chunks(tally, 0, new Error('no archive'));

    await expect(ExportStream.of(made, { onClosed: () => (tally.closed += 1) })).rejects.toThrow(
      'no archive',
    );
    expect(tally).toMatchObject({ isReturned: true, closed: 1 });
  });

  it('breaks off where reading fails later: what is there must not look like all of it', async () => {
    const tally = newTally();
    const stream = await ExportStream.of(chunks(tally, 3, new Error('archive gone')), {
      onClosed: () => (tally.closed += 1),
    });

    await expect(text(stream)).rejects.toThrow('archive gone');
    expect(tally).toMatchObject({ isReturned: true, closed: 1 });
  });
});
