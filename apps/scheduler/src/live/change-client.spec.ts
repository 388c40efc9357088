import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRAIN_DEADLINE_MS } from '#common/live';
import { ManualClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { ChangeClient } from './change-client.js';
import { ALL_CHANGES, type ChangeFilter } from './change-event.js';
import { MemoryChangeLog } from './testing/memory-change.log.js';

const PAGE = 50;

/** A client at the other end of a connection, which reads when it likes. */
class Reader {
  readonly stream: PassThrough;
  readonly clock = new ManualClock(new Date(0));
  text = '';
  isEnded = false;
  readonly client: ChangeClient;

  constructor(log: MemoryChangeLog, from: number, filter: ChangeFilter = ALL_CHANGES) {
    this.stream = new PassThrough({ highWaterMark: 1_024 });
    this.client = new ChangeClient(
      { after: (number) => log.after(number, PAGE) },
      { from, filter },
      { events: this.stream, connection: this.stream },
      { clock: this.clock, onEnd: () => (this.isEnded = true) },
    );
  }

  read(): void {
    this.stream.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
  }

  /** Of the events that came whole. */
  get numbers(): number[] {
    const whole = this.text.slice(0, this.text.lastIndexOf('\n\n') + 2);
    return [...whole.matchAll(/"number":(\d+),"at"/g)].map(([, number]) => Number(number));
  }

  get lastEventId(): number {
    const whole = this.text.slice(0, this.text.lastIndexOf('\n\n') + 2);
    return Number([...whole.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? Number.NaN);
  }
}

const logOf = async (count: number): Promise<MemoryChangeLog> => {
  const log = new MemoryChangeLog();
  log.happen(count);
  await log.number(count);
  return log;
};

describe('a client of the changes', () => {
  it('has all of them in order, wherever it is cut and comes again', async () => {
    const cuts = fc.array(fc.nat(40_000), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 250 }), cuts, async (count, chars) => {
        const log = await logOf(count);
        const had: number[] = [];
        let from = 0;
        for (const taken of [...chars, Number.POSITIVE_INFINITY]) {
          const reader = new Reader(log, from);
          reader.read();
          reader.client.pump();
          await until(() => expect(reader.text).toContain('event: live'));
          // Cut amid an event: what came of it does not count.
          reader.client.end();
          reader.stream.removeAllListeners('data');
          reader.text = reader.text.slice(0, taken);
          had.push(...reader.numbers);
          from = Number.isNaN(reader.lastEventId) ? from : reader.lastEventId;
        }
        expect(had).toEqual(log.changes.map(({ number }) => number));
      }),
      { numRuns: 25 },
    );
  });

  it('waits for a reader that is slow, and holds no more than a page for it', async () => {
    const log = await logOf(1_000);
    const reader = new Reader(log, 0);
    reader.client.pump();
    await until(() => expect(reader.stream.writableNeedDrain).toBe(true));
    const reads = log.readCount;
    for (let count = 0; count < 10; count += 1) reader.client.pump();
    expect(log.readCount).toBe(reads);

    reader.read();
    await until(() => expect(reader.numbers).toHaveLength(1_000));
    expect(reader.numbers).toEqual(log.changes.map(({ number }) => number));
  });

  it('is cut when it takes nothing for too long, or when the log is away', async () => {
    const slow = new Reader(await logOf(1_000), 0);
    slow.client.pump();
    await until(() => expect(slow.stream.writableNeedDrain).toBe(true));
    slow.clock.advance(DRAIN_DEADLINE_MS);
    expect(slow.isEnded).toBe(true);

    const log = await logOf(1);
    log.isAway = true;
    const reader = new Reader(log, 0);
    reader.client.pump();
    await until(() => expect(reader.isEnded).toBe(true));
  });

  it('learns how far it is also where nothing is for it', async () => {
    const log = await logOf(300);
    const reader = new Reader(log, 0, { ...ALL_CHANGES, shipNames: ['another'] });
    reader.read();
    reader.client.pump();
    await until(() => expect(reader.lastEventId).toBe(300));
    log.happen(10);
    await log.number(10);
    reader.client.pump();
    await until(() => {
      reader.client.beat();
      expect(reader.lastEventId).toBe(310);
    });
    expect(reader.numbers).toEqual([]);
  });
});
