import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND, SequenceSet } from '#common/domain';
import { inOne } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { PAGE_BYTES_MAX } from '../archive/minute-levelling.js';
import { MinuteRightsError } from '../archive/minutes.port.js';
import { BLOCK_SPAN_MICROS } from '../archive/packet-block.js';
import { framesIn, type ListedPacket } from '../archive/testing/listed-packets.js';
import { STORE, storeParameters } from './store-statement.js';
import { limitedRole } from './testing/limited-role.js';
import {
  levelsToCompare,
  listedBatch,
  MinutesUnderTest,
  now,
} from './testing/minutes-under-test.js';
import { TypeOrmWaitingMinutes } from './typeorm-waiting.minutes.js';

describe('the minutes in PostgreSQL', () => {
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

  const packet = (sequence: number, generatedAt = now + sequence, text = 'idle'): ListedPacket => ({
    sequence,
    generatedAt,
    receivedAt: now,
    samples: [
      [0, sequence % 7, -sequence, text],
      [1, 5, null, text],
    ],
  });

  it('are merged into one sorted block for each reception, and get levels', async () => {
    const [one, other] = [await under.begin(), await under.begin()];
    for (const number of [5, 3, 9, 1]) {
      await under.archive.store(listedBatch(one, [packet(number)]));
      await under.archive.store(listedBatch(other, [packet(number, now + number + 4)]));
    }
    const before = await under.snapshot(one.shipId);
    await under.level();
    const after = await under.snapshot(one.shipId);

    expect(after.blocks).toHaveLength(2);
    expect(framesIn(after.blocks)).toEqual(framesIn(before.blocks));
    for (const block of after.blocks)
      expect(block).toMatchObject({ number: 1, packets: 4, samples: 8, receivedAt: now });
    expect(after.unlevelled.size).toBe(0);
    for (const { found, expected } of levelsToCompare(after)) {
      expect(found).toEqual(expected);
      expect(found).not.toEqual([]);
    }
  });

  it('have their hours and days made of all their minutes', async () => {
    const reception = await under.begin();
    const seconds = [0, 59, 60, 3_599, 3_600, 86_399, 86_400, -1, -86_400];
    for (const [index, second] of seconds.entries()) {
      const at = now + second * MICROS_PER_SECOND;
      await under.archive.store(listedBatch(reception, [packet(index + 1, at)]));
      await under.level();
      const snapshot = await under.snapshot(reception.shipId);
      for (const { found, expected } of levelsToCompare(snapshot)) expect(found).toEqual(expected);
    }
  });

  it('lose their levels with their packets', async () => {
    const reception = await under.begin();
    const inNext = packet(2, now + BLOCK_SPAN_MICROS);
    await under.archive.store(listedBatch(reception, [packet(1), inNext]));
    await under.level();
    await under.source.query(
      `WITH gone AS (DELETE FROM blocks WHERE first_at < $1 RETURNING ship_id, first_at)
       INSERT INTO unlevelled_minutes SELECT ship_id, date_trunc('minute', first_at) FROM gone`,
      [new Date(inNext.generatedAt / 1_000)],
    );
    await under.level();

    const snapshot = await under.snapshot(reception.shipId);
    expect(snapshot.unlevelled.size).toBe(0);
    for (const { found, expected } of levelsToCompare(snapshot)) expect(found).toEqual(expected);
  });

  it('wait until they are quiet', async () => {
    const reception = await under.begin();
    // A little ahead, as clocks may be: so a slow test has longer before it is quiet.
    const receivedAt = (Date.now() + 20_000) * 1_000;
    await under.archive.store(listedBatch(reception, [{ ...packet(1), receivedAt }]));
    await under.archive.store(listedBatch(reception, [packet(2, now + BLOCK_SPAN_MICROS)]));
    const minutes = await under.minutes.list(null, 10);

    expect(minutes).toMatchObject([
      { minute: now + BLOCK_SPAN_MICROS, isQuiet: true },
      { minute: now, isQuiet: false },
    ]);
    expect(await under.minutes.list(minutes[0]!, 10)).toEqual([minutes[1]]);
    expect(await under.minutes.counts()).toEqual({ waiting: 2, oldest: now });
  });

  it('are one process’s at a time, ship by ship', async () => {
    const other = new TypeOrmWaitingMinutes(await under.connect(database.url));
    const keeper = await under.minutes.claim(1);

    expect(await other.claim(1)).toBeNull();
    const next = await other.claim(2);
    expect(next).not.toBeNull();
    await Promise.all([keeper!.release(), next!.release()]);
    const again = await other.claim(1);
    expect(again).not.toBeNull();
    await again!.release();
  });

  it('wait on when blocks have come, or gone, since they were read', async () => {
    const reception = await under.begin();
    await under.archive.store(listedBatch(reception, [packet(1)]));
    const keeper = (await under.minutes.claim(reception.shipId))!;
    const minute = { shipId: reception.shipId, minute: now };
    const nothing = { replacement: { old: [], merged: [] }, levels: [] };
    const heads = await keeper.heads(now, 10);
    await under.archive.store(listedBatch(reception, [packet(2)]));

    expect(await keeper.finish({ ...minute, ...nothing, heads })).toBe(false);
    const missing = { ...heads[0]!, number: 99 };
    const both = await keeper.heads(now, 10);
    expect(await keeper.finish({ ...minute, ...nothing, heads: [...both, missing] })).toBe(false);
    const old = await keeper.blocks(now, both);
    const merged = old.slice(0, 1);
    expect(await keeper.replace(now, { old: [...old, { ...old[0]!, number: 99 }], merged })).toBe(
      false,
    );
    expect(await under.waiting()).toBe(1);
    expect(await keeper.finish({ ...minute, ...nothing, heads: both })).toBe(true);
    expect(await keeper.finish({ ...minute, ...nothing, heads: both })).toBe(false);
    await keeper.release();
    expect((await under.snapshot(reception.shipId)).blocks).toEqual(old);
  });

  it('are left to whoever just stores into them', async () => {
    const reception = await under.begin();
    await under.archive.store(listedBatch(reception, [packet(1)]));
    const storing = under.source.createQueryRunner();
    under.closeLater(() => storing.release());
    await storing.startTransaction();
    const batch = listedBatch(reception, [packet(2)]);
    await storing.query(STORE, storeParameters(under.identity.process, batch).map(inOne));
    await under.level();
    expect(await under.waiting()).toBe(1);

    await storing.commitTransaction();
    await under.level();
    const snapshot = await under.snapshot(reception.shipId);
    expect(snapshot.unlevelled.size).toBe(0);
    for (const { found, expected } of levelsToCompare(snapshot)) expect(found).toEqual(expected);
  });

  it('are merged a page at a time when they hold more than fits into memory', async () => {
    const reception = await under.begin();
    const text = 'x'.repeat(5_000);
    const count = Math.ceil((5 * PAGE_BYTES_MAX) / 10_000);
    for (let sequence = 1; sequence <= count; sequence += 10) {
      const some = Array.from({ length: 10 }, (_, at) => packet(sequence + at, undefined, text));
      await under.archive.store(listedBatch(reception, some.toReversed()));
    }
    const before = await under.snapshot(reception.shipId);
    await under.level();
    const after = await under.snapshot(reception.shipId);

    expect(after.blocks.length).toBeLessThan(before.blocks.length);
    expect(framesIn(after.blocks)).toEqual(framesIn(before.blocks));
    expect(after.unlevelled.size).toBe(0);
    for (const { found, expected } of levelsToCompare(after)) expect(found).toEqual(expected);
  });

  it('keep the numbers that an account is made anew from', async () => {
    const reception = await under.begin();
    for (const number of [4, 1, 2, 9])
      await under.archive.store(listedBatch(reception, [packet(number)]));
    await under.level();

    const [unfinished] = await under.store.unfinished();
    expect(unfinished!.good.ranges()).toEqual(
      SequenceSet.of([
        [1, 2],
        [4, 4],
        [9, 9],
      ]).ranges(),
    );
    expect(unfinished!.lastBlock).toBe(4);
  });

  it('are not changed without the rights, which is said', async () => {
    const reception = await under.begin();
    await under.archive.store(listedBatch(reception, [packet(1)]));
    const role = await limitedRole(under.source, database.url, 'SELECT, INSERT, UPDATE');
    under.closeLater(role.drop);
    const limited = new TypeOrmWaitingMinutes(await under.connect(role.url));

    await expect(under.level(limited)).rejects.toThrow(MinuteRightsError);
    expect(await under.waiting()).toBe(1);
  });
});
