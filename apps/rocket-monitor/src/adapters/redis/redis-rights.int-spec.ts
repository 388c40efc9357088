import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HISTORY_PAGE_NUMBERS, UNKNOWN_ROCKET } from '#common/domain';
import { TestRedis } from '../../../../../test/support/redis.js';
import { until } from '../../../../../test/support/until.js';
import { faster, LAUNCH, message } from '../../rockets/testing/arrivals.js';
import { OpenedStores } from './testing/opened-stores.js';

const USER = 'rocket-monitor';
const PASSWORD = 'secret';

let redis: TestRedis;
const stores = new OpenedStores();

beforeAll(async () => {
  redis = await TestRedis.start();
});

afterAll(async () => {
  stores.close();
  await redis.stop();
});

/** As `deploy/` gives them. */
async function rights(): Promise<string[]> {
  const file = await readFile('deploy/redis/users.acl', 'utf8');
  const line = file.replaceAll('\\\n', ' ').match(new RegExp(`^user ${USER} (.*)$`, 'm'))?.[1];
  const words = (line ?? '').split(/\s+/).filter((word) => word !== '' && !word.startsWith('>'));
  return [...words, `>${PASSWORD}`];
}

it('a monitor with the rights that a deployment gives it can do all that a store does', async () => {
  await redis.admin.call('ACL', 'SETUSER', USER, ...(await rights()));
  const url = redis.url.replace('//', `//${USER}:${PASSWORD}@`);
  const given = { url, prefix: 'rockets:', historyMax: HISTORY_PAGE_NUMBERS };
  const [one, other] = [await stores.open(redis, given), await stores.open(redis, given)];
  const told = new Set<string>();
  other.onChange((channels) => (channels ?? ['all']).forEach((channel) => told.add(channel)));
  await until(() => expect(told).toContain('all'));

  const last = 2 * HISTORY_PAGE_NUMBERS;
  const shuffled = Array.from({ length: last }, (_, nr) => faster('a', 1 + ((nr * 5) % last)));
  await Promise.all([...shuffled, faster('a', 1)].map((arrival) => one.take(arrival)));
  for (const number of [last + 3, last + 2, last + 9]) await one.take(message('a', number, LAUNCH));
  for (const through of [HISTORY_PAGE_NUMBERS, last])
    await one.keepCheckpoint('a', { through, rocket: UNKNOWN_ROCKET });
  await one.reject({ receivedAtMs: 1, code: 'C', channel: 'a', detail: 'D', body: 'x' });

  expect(await one.checkpoint('a', last - 1)).toMatchObject({ through: HISTORY_PAGE_NUMBERS });
  for (const query of [
    { by: 'number', after: 0, limit: 5_000 },
    { by: 'number-descending', before: last + 10, limit: 5_000 },
    { by: 'arrival', after: { receivedAt: 0, number: 1 }, limit: 5_000 },
    { by: 'arrival', after: null, limit: 5_000 },
  ] as const)
    expect(await one.history('a', query)).toHaveLength(HISTORY_PAGE_NUMBERS + 3);
  expect(await other.list({ after: '', limit: 5 })).toMatchObject([{ rejectedCount: 1 }]);
  expect(await other.channels()).toEqual(['a']);
  expect(await other.rejected(5)).toHaveLength(1);
  await other.tellChanges();
  expect(Number(await redis.admin.get('rockets:perigee:revision'))).toBeGreaterThan(0);
  expect(await other.health()).toMatchObject({ status: 'up' });
  await until(() => expect(told).toContain('a'));
});
