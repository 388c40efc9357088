import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantOf } from '#common/domain';
import { ManualClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryWaitingMinutes } from '../adapters/memory/memory-waiting.minutes.js';
import {
  FAULT_SHOWN_AFTER_MS,
  MinuteUpkeep,
  RETRY_AFTER_MS,
  ROUND_EVERY_MS,
} from './minute-upkeep.js';
import { MinuteRightsError } from './minutes.port.js';
import { BLOCK_SPAN_MICROS, type PacketBlock } from './packet-block.js';
import { framesIn, ListedSources, listedBlock } from './testing/listed-packets.js';

const NOW = new Date('2030-06-12T12:00:00Z');
const now = instantOf(NOW);
/** Later than any jitter puts it. */
const NEXT_ROUND_MS = 2 * ROUND_EVERY_MS;

describe('MinuteUpkeep', () => {
  let clock: ManualClock;
  let minutes: MemoryWaitingMinutes;
  let upkeep: MinuteUpkeep;

  beforeEach(() => {
    clock = new ManualClock(NOW);
    minutes = new MemoryWaitingMinutes();
    upkeep = new MinuteUpkeep(minutes, new ListedSources(), clock);
  });

  afterEach(() => upkeep.onModuleDestroy());

  /** A packet each. */
  const block = (number: number, minute = 0, shipId = 1, definition = 'listed'): PacketBlock =>
    listedBlock({ contactId: 'contact', fence: 1, shipId, definition }, number, [
      {
        sequence: number,
        generatedAt: now + minute * BLOCK_SPAN_MICROS + number,
        receivedAt: now,
        samples: [[0, number, 1, 'idle']],
      },
    ]);

  /** The alarm of the next round is set when one has ended. */
  async function round(afterMs = NEXT_ROUND_MS): Promise<void> {
    const endMs = clock.nowMs() + afterMs;
    // In small steps: a round that finds itself late takes that for work, and rests.
    do clock.advance(1);
    while (clock.alarmCount > 0 && clock.nowMs() < endMs);
    await until(() => expect(clock.alarmCount).toBe(1));
  }

  it('merges the blocks of each minute, and gives it levels', async () => {
    const given = [block(1), block(2), block(3), block(4, 1), block(5, 0, 2)];
    minutes.store(...given);
    upkeep.onApplicationBootstrap();
    await round(0);

    const blocks = [...minutes.blocks.values()];
    expect(blocks).toHaveLength(3);
    expect(framesIn(blocks)).toEqual(framesIn(given));
    expect(minutes.levelled.map(({ shipId, minute }) => [shipId, minute - now])).toEqual([
      [1, BLOCK_SPAN_MICROS],
      [1, 0],
      [2, 0],
    ]);
    expect(minutes.levelled[1]!.levels).toMatchObject([
      { battery: 0, field: 'celsius', count: 3 },
      { battery: 0, field: 'volts', count: 3, min: 1, max: 3, maxAt: now + 3 },
    ]);
  });

  it('levels what lies behind minutes that nobody can read', async () => {
    const unknown = Array.from({ length: 12 }, (_, nr) => block(nr + 1, nr + 1, 1, 'unknown'));
    minutes.store(...unknown, block(20));
    upkeep.onApplicationBootstrap();
    await round(0);

    expect(minutes.levelled.map(({ minute }) => minute - now)).toEqual([0]);
  });

  it('says what waits, and when it last looked', async () => {
    upkeep.onApplicationBootstrap();
    await round(0);
    minutes.store(block(1, -3, 1, 'unheard-of'), block(2, 5, 1, 'unheard-of'));
    await round();

    expect(upkeep.check()).toMatchObject({
      last_round_at: expect.stringMatching(/^2030-06-12T12:00:1/),
      minutes_waiting: 2,
      oldest_waiting: '2030-06-12T11:57:00.000Z',
    });
  });

  it('does the others while one cannot be read, and tells at once', async () => {
    minutes.store(block(1, 3, 1, 'unheard-of'), block(2), block(3));
    upkeep.onApplicationBootstrap();
    await round(0);

    expect(minutes.levelled).toHaveLength(1);
    expect(minutes.waiting.size).toBe(1);
    expect(upkeep.check()).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('unheard-of'),
    });
  });

  it('leaves the ships that another process is at', async () => {
    minutes.store(block(1), block(2, 0, 2));
    minutes.claimed.add(1);
    upkeep.onApplicationBootstrap();
    await round(0);

    expect(minutes.levelled.map(({ shipId }) => shipId)).toEqual([2]);
    expect([...minutes.claimed]).toEqual([1]);
    expect(upkeep.check()).toMatchObject({ status: 'up' });
  });

  it('tells a fault that lasts, and that it is over', async () => {
    minutes.fault = new Error('The database is away');
    upkeep.onApplicationBootstrap();
    await round(0);
    expect(upkeep.check()).toMatchObject({ status: 'up' });

    for (let passedMs = 0; passedMs < FAULT_SHOWN_AFTER_MS; passedMs += RETRY_AFTER_MS)
      await round(RETRY_AFTER_MS);
    expect(upkeep.check()).toMatchObject({ status: 'degraded' });

    minutes.fault = null;
    await round(RETRY_AFTER_MS);
    expect(upkeep.check()).toMatchObject({ status: 'up' });
  });

  it('tells at once that it lacks the rights', async () => {
    minutes.fault = new MinuteRightsError('The role may not');
    upkeep.onApplicationBootstrap();
    await round(0);

    expect(upkeep.check()).toMatchObject({ status: 'degraded', reason: 'The role may not' });
  });

  it('leaves no alarm behind', async () => {
    upkeep.onApplicationBootstrap();
    await round(0);
    await upkeep.onModuleDestroy();

    expect(clock.alarmCount).toBe(0);
  });
});
