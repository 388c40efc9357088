import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, ManualClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { faster, LAUNCH, message } from '../../rockets/testing/arrivals.js';
import { MemoryRocketStore } from './memory-rocket.store.js';
import { SnapshotKeeper } from './snapshot.keeper.js';

const ALL = { by: 'arrival', after: null, limit: 10_000 } as const;

describe('the snapshot of a memory store', () => {
  let folder: string;
  let clock: ManualClock;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-snapshot-'));
    clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const path = () => join(folder, 'rockets.ndjson');

  async function open(historyMax = 10_000) {
    const events = { publish: () => undefined };
    const store = new MemoryRocketStore({ channelsMax: 10, historyMax, events });
    const keeper = new SnapshotKeeper(store, path(), clock);
    await keeper.onModuleInit();
    keeper.onApplicationBootstrap();
    return { store, keeper };
  }

  async function fill(store: MemoryRocketStore): Promise<void> {
    await store.take(message('a', 1, LAUNCH));
    for (const number of [5, 3, 9, 2]) await store.take(faster('a', number, number));
    await store.take(faster('a', 2, 7));
    for (let number = 1; number <= 600; number += 1) await store.take(faster('b', number));
    await store.take(faster('b', 700));
    const rejection = { receivedAtMs: 1, code: 'C', detail: 'D', channel: 'a', body: 'x' };
    await store.reject(rejection);
  }

  async function known(store: MemoryRocketStore) {
    const channels = ['a', 'b', 'c'];
    return {
      tracks: await store.find(channels),
      names: await store.channels(),
      listed: await store.list({ after: '', limit: 9 }),
      histories: await Promise.all(channels.map((channel) => store.history(channel, ALL))),
      checkpoints: await Promise.all(channels.map((channel) => store.checkpoint(channel, 999))),
      rejected: await store.rejected(9),
      health: await store.health(),
    };
  }

  it.each([10_000, 200])(
    'brings all back after a stop, with a history of %i',
    async (historyMax) => {
      const { store, keeper } = await open(historyMax);
      await fill(store);
      await keeper.onApplicationShutdown();

      const again = await open(historyMax);
      expect(await known(again.store)).toEqual(await known(store));
      expect((await again.store.take(faster('a', 5, 4))).outcome).toBe('conflict');
      expect((await again.store.take(faster('a', 4))).outcome).toBe('new');
      await again.keeper.onApplicationShutdown();
      expect(await readdir(folder)).toEqual(['rockets.ndjson']);
    },
  );

  it('is written now and then', async () => {
    const { store, keeper } = await open();
    await fill(store);
    clock.advance(10_000);

    await until(async () => expect(await readdir(folder)).toEqual(['rockets.ndjson']));
    const first = await readFile(path());
    await store.take(faster('c', 1));
    await until(async () => {
      clock.advance(10_000);
      expect(await readFile(path())).not.toEqual(first);
    });
    await keeper.onApplicationShutdown();
  });

  it('is not there while there is nothing to keep', async () => {
    const { keeper } = await open();
    await keeper.onApplicationShutdown();

    expect(await readdir(folder)).toEqual([]);
  });

  it('begins with the drafts removed that a kill has left behind, and nothing else', async () => {
    const uuid = `a${randomUUID().slice(1)}`;
    const others = [
      `other.ndjson.${uuid}`,
      `rockets.ndjson.${uuid}.bak`,
      `rockets.ndjson.${uuid.slice(1)}`,
      `rockets.ndjson.${uuid.toUpperCase()}`,
      `rockets.ndjson-${uuid}`,
      `rocketsXndjson.${uuid}`,
      'rockets.ndjson.old',
      uuid,
    ];
    for (const name of [...others, `rockets.ndjson.${uuid}`, `rockets.ndjson.${randomUUID()}`])
      await writeFile(join(folder, name), 'half');
    const asFolder = `rockets.ndjson.${randomUUID()}`;
    await mkdir(join(folder, asFolder));

    const { keeper } = await open();
    await keeper.onApplicationShutdown();
    expect((await readdir(folder)).toSorted()).toEqual([...others, asFolder].toSorted());
  });

  it('is refused when it is not whole, and left as it is', async () => {
    const { store, keeper } = await open();
    await fill(store);
    await keeper.onApplicationShutdown();
    const text = await readFile(path(), 'utf8');
    const lines = text.split('\n');

    for (const damaged of [
      text.slice(0, -40),
      lines.toSpliced(2, 1).join('\n'),
      text.replace('"track"', '"track'),
      '{}\n',
      'x',
      '',
    ]) {
      await writeFile(path(), damaged);
      await expect(open()).rejects.toThrow(ConfigError);
      expect(await readFile(path(), 'utf8')).toBe(damaged);
    }
  });

  it('names the file when it cannot be read', async () => {
    await writeFile(path(), 'x');

    await expect(open()).rejects.toThrow(path());
  });

  it('does not let a process start that cannot write it', async () => {
    await rm(folder, { recursive: true });
    await expect(open()).rejects.toThrow(`${path()} cannot be written`);
    await mkdir(folder);
  });

  it('says in the health, and at the end, that it cannot be written', async () => {
    const { store, keeper } = await open();
    await store.take(faster('a', 1));
    await rm(folder, { recursive: true });
    clock.advance(10_000);
    await until(async () =>
      expect(await store.health()).toMatchObject({
        status: 'degraded',
        reason: expect.stringContaining('snapshot'),
      }),
    );

    await expect(keeper.onApplicationShutdown()).rejects.toThrow('ENOENT');
    await mkdir(folder);
  });
});
