import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RocketTrack } from '#common/domain';
import { until } from '../../../../../test/support/until.js';
import { faster } from '../../rockets/testing/arrivals.js';
import type { PostgresRocketStore } from './postgres-rocket.store.js';
import { CrashingPostgres } from './testing/crashing-postgres.js';
import { OpenedStores } from './testing/opened-stores.js';
import { insist, NEVER_MS, trackOf } from './testing/store-questions.js';

const CRASHES_MAX = 6;
const stores = new OpenedStores();
let postgres: CrashingPostgres;

beforeAll(async () => {
  postgres = await CrashingPostgres.start();
});
afterEach(() => stores.close());
afterAll(() => postgres?.stop());

describe('PostgresRocketStores whose PostgreSQL crashes', () => {
  it('find a message whose transaction has the number of one that was forgotten', async () => {
    const open = () => stores.open({ url: postgres.url, pollMs: NEVER_MS });
    const [one, other] = [await open(), await open()];
    await other.take(faster('a', 1));
    let isForgotten = false;
    // Work of the server's own that has begun before may bring all to the disk after all: then once more.
    for (let number = 2; !isForgotten && number <= CRASHES_MAX; number += 1) {
      const last = await postgres.crashAfter(async () => {
        expect(await trackOf(one, 'a')).toMatchObject({ taken: { lowWater: number - 1 } });
      });
      expect(await insist(other, faster('a', number))).toMatch(/new|duplicate/);
      isForgotten = (await transactionOf('a', number)) <= last;
      expect(await firstAnswer(one, 'a')).toMatchObject({ taken: { lowWater: number } });
    }
    expect(isForgotten).toBe(true);
  });

  it('let nothing be forgotten that one has seen at its start', async () => {
    const open = () => stores.open({ url: postgres.url, pollMs: NEVER_MS });
    const other = await open();
    let started: PostgresRocketStore | undefined;
    const kept = await postgres.crashAfter(async () => {
      started = await open();
    });

    await insist(other, faster('b', 1));
    expect(await transactionOf('b', 1)).toBeGreaterThan(kept);
    expect(started && (await firstAnswer(started, 'b'))).toMatchObject({ taken: { lowWater: 1 } });
  });
});

async function transactionOf(channel: string, number: number): Promise<bigint> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query<{ txid: string }>(
    'SELECT txid::text FROM rocket_messages WHERE channel = $1 AND number = $2',
    [channel, number],
  );
  await client.end();
  return BigInt(rows[0]?.txid ?? -1);
}

/** The first one after the crash. */
async function firstAnswer(
  store: PostgresRocketStore,
  channel: string,
): Promise<RocketTrack | null | undefined> {
  let answer: RocketTrack | null | undefined;
  await until(async () => {
    answer = await trackOf(store, channel);
  }, 60_000);
  return answer;
}
