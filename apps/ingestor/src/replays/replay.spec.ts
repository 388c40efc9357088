import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { RECORDED_AT_MS, storedContact } from '../adapters/testing/stored-contact.js';
import { readPacketReaders } from '../packets/packet-readers.js';
import type { ArchivedPacket } from '../samples/packet-order.js';
import { Recording } from './recording.js';
import { Replay, type ReplayParts } from './replay.js';

const readers = readPacketReaders();
const range = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('a replay', () => {
  const clock = new ManualClock(new Date(RECORDED_AT_MS));
  let replay: Replay | null = null;

  afterEach(async () => {
    const stopped = replay?.stop();
    clock.advance(10_000);
    await stopped;
  });

  const begun = async (count: number, change: Partial<ReplayParts>) => {
    const tables = new MemoryTables();
    const statement = { firstSequence: 1, lastSequence: count, sent: count };
    const first = await storedContact(tables, { numbers: range(count), statement });
    const archive = new MemoryTelemetryArchive(tables);
    const sent: number[] = [];
    const output = {
      send: async (packets: readonly ArchivedPacket[]) => {
        sent.push(...packets.map(({ sequence }) => sequence));
        return [] as number[];
      },
      finish: async () => undefined,
      close: async () => undefined,
    };
    const open = () => Recording.open(archive, first.contact_id);
    const contact = { report: first, unlisted: [], isForeign: false, neverSent: [] };
    const plan = { id: 'r', target: { kind: 'events' }, speed: 0, contact } as const;
    replay = new Replay(plan, { open, output, readers, clock, ...change });
    return { replay, sent, open };
  };
  const isOver = (one: Replay) =>
    until(() => {
      clock.advance(1_000);
      expect(one.state).not.toBe('running');
    });

  it('reads a long recording page by page, and misses nothing at the seams', async () => {
    const count = 25_000;
    const { replay: long, sent } = await begun(count, {});
    await isOver(long);

    expect(long.state).toBe('completed');
    expect(sent).toEqual(range(count));
    expect(long.samples).toBe(2 * count);
  });

  it('asks an archive again that does not answer, and says no more than that', async () => {
    let tries = 0;
    const away = () => {
      tries += 1;
      return Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'));
    };
    const { replay: failed } = await begun(1, { open: away });
    await isOver(failed);

    expect(failed).toMatchObject({ state: 'failed', fault: 'The archive could not be read' });
    expect(tries).toBeGreaterThan(10);
  });

  it('goes on once the archive answers', async () => {
    let tries = 0;
    const parts = await begun(3, {});
    const open = () => ((tries += 1) < 3 ? Promise.reject(new Error('away')) : parts.open());
    const { replay: late, sent } = await begun(3, { open });
    await isOver(late);

    expect(late.state).toBe('completed');
    expect(sent).toEqual([1, 2, 3]);
  });

  it('gives up where nobody listens, and counts nothing as sent', async () => {
    const refusing = {
      send: async (packets: readonly ArchivedPacket[]) => packets.map((_, place) => place),
      finish: async () => undefined,
      close: async () => undefined,
    };
    const { replay: refused } = await begun(5_000, { output: refusing });
    await isOver(refused);

    expect(refused).toMatchObject({ state: 'failed', fault: 'Nobody listens at the target' });
    expect(refused.account.received).toBe(0);
    expect(refused.refused).toBeLessThan(5_000);
  });
});
