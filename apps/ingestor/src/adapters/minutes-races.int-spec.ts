import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND, SequenceSet } from '#common/domain';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { until } from '../../../../test/support/until.js';
import { MinuteLevelling } from '../archive/minute-levelling.js';
import { DAY_MICROS } from '../archive/week.js';
import type { ArchiveBatch } from '../archive/telemetry-archive.port.js';
import { framesIn, ListedSources, type ListedPacket } from '../archive/testing/listed-packets.js';
import type { Reception } from '../receptions/reception.js';
import {
  levelsToCompare,
  listedBatch,
  MinutesUnderTest,
  now,
  type Snapshot,
} from './testing/minutes-under-test.js';
import { TypeOrmWaitingMinutes } from './typeorm-waiting.minutes.js';

const RECEPTIONS = 4;
const BATCHES = 60;
/** In two minutes of an hour, the next hour and the next day. */
const STRETCHES = [0, 60 * MICROS_PER_SECOND, 3_600 * MICROS_PER_SECOND, DAY_MICROS];

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('minutes that are merged while packets are stored into them', () => {
  let database: TestDatabase;
  let under: MinutesUnderTest;

  beforeAll(async () => {
    database = await testDatabase();
  });

  beforeEach(async () => {
    under = await MinutesUnderTest.open(database.url);
  });

  afterEach(() => under.close());

  afterAll(async () => {
    await database?.drop();
  });

  /** Numbered from 1, spread over the stretches, late and early. */
  function batches(reception: Reception, draw: () => number): ArchiveBatch[] {
    let sequence = 0;
    return Array.from({ length: BATCHES }, () => {
      const packets = Array.from({ length: 1 + Math.floor(draw() * 6) }, (): ListedPacket => {
        const stretch = STRETCHES[Math.floor(draw() * STRETCHES.length)]!;
        const value = Math.floor(draw() * 20);
        return {
          sequence: (sequence += 1),
          generatedAt: now + stretch + Math.floor(draw() * 50),
          receivedAt: now,
          samples: [[Math.floor(draw() * 2), value, draw() < 0.5 ? null : -value, 'idle']],
        };
      });
      return listedBatch(reception, packets);
    });
  }

  /** In order, some twice, as a writer does that had no answer. */
  async function storeAll(all: readonly ArchiveBatch[], draw: () => number): Promise<void> {
    for (const batch of all) {
      await until(() => under.archive.store(batch));
      if (draw() < 0.2) await until(() => under.archive.store(batch));
      for (let turns = draw() * 20; turns > 0; turns -= 1) await turn();
    }
  }

  function expectLevelsToFit(snapshot: Snapshot): void {
    for (const { found, expected } of levelsToCompare(snapshot)) expect(found).toEqual(expected);
  }

  const numbersOf = ({ blocks }: Snapshot, { contactId }: Reception): string => {
    const its = blocks.filter((block) => block.contactId === contactId);
    return JSON.stringify(SequenceSet.union(its.flatMap(({ numbers }) => numbers)));
  };

  it.each([1, 2, 3])(
    'lose nothing, double nothing, and their levels are true (%i)',
    async (seed) => {
      const draw = random(seed);
      const receptions = await Promise.all(
        Array.from({ length: RECEPTIONS }, () => under.begin('USS Enterprise')),
      );
      const { shipId } = receptions[0]!;
      const given = receptions.map((reception) => batches(reception, draw));
      const blocks = given.flat().flatMap((batch) => batch.blocks);
      let isStoring = true;

      const levelling = new MinuteLevelling(new ListedSources(), async () => {
        for (let turns = draw() * 10; turns > 0; turns -= 1) await turn();
      });
      async function mergeAll(minutes: TypeOrmWaitingMinutes): Promise<void> {
        while (isStoring) {
          for (const minute of await minutes.list(null, 100)) {
            const keeper = await minutes.claim(shipId);
            // A deadlock or a lock that is not to be had leaves the minute as it was.
            if (keeper)
              await levelling
                .level(keeper, minute)
                .catch(() => false)
                .finally(() => keeper.release());
          }
          await turn();
        }
      }
      /** Frames only ever become more, and what is not said to wait is true at any moment. */
      async function watch(): Promise<number> {
        let looks = 0;
        for (let known = new Set<string>(); isStoring; looks += 1) {
          const snapshot = await under.snapshot(shipId);
          const frames = framesIn(snapshot.blocks);
          const now = new Set(frames);
          expect(now.size).toBe(frames.length);
          expect([...known].filter((frame) => !now.has(frame))).toEqual([]);
          expectLevelsToFit(snapshot);
          known = now;
        }
        return looks;
      }

      const merging = [
        mergeAll(under.minutes),
        mergeAll(new TypeOrmWaitingMinutes(await under.connect(database.url))),
      ];
      const storing = Promise.all(given.map((all) => storeAll(all, draw))).finally(() => {
        isStoring = false;
      });
      const [looks] = await Promise.all([watch(), storing, ...merging]);
      expect(looks).toBeGreaterThan(0);
      await until(async () => {
        await under.level();
        expect(await under.waiting()).toBe(0);
      });

      const after = await under.snapshot(shipId);
      expect(framesIn(after.blocks)).toEqual(framesIn(blocks));
      expectLevelsToFit(after);
      expect(after.blocks).toHaveLength(RECEPTIONS * STRETCHES.length);
      for (const [at, reception] of receptions.entries()) {
        const numbers = given[at]!.flatMap((batch) =>
          batch.blocks.flatMap((block) => block.numbers),
        );
        expect(numbersOf(after, reception)).toBe(JSON.stringify(SequenceSet.union(numbers)));
      }
      const samples = after.blocks.reduce((sum, block) => sum + block.samples, 0);
      expect(await under.archive.ship('USS Enterprise')).toMatchObject({ samplesCount: samples });
    },
  );
});
