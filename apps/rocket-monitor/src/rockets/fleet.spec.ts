import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RocketTrack } from '#common/domain';
import { SystemClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryRocketStore } from '../adapters/memory/memory-rocket.store.js';
import { Fleet, type FleetChange } from './fleet.js';
import type { ChangeListener } from './rocket-store.port.js';
import { faster } from './testing/arrivals.js';

/** A store whose answers can be refused, and whose changes can be held back until they are asked for. */
class MoodyStore extends MemoryRocketStore {
  isAway = false;
  isSilent = false;
  isEmpty = false;
  asked = 0;
  toldCount = 0;
  awayAfter = Infinity;
  readonly #listeners: ChangeListener[] = [];
  readonly #unsaid: string[] = [];

  override onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
    super.onChange((channels) => {
      if (this.isSilent) this.#unsaid.push(...(channels ?? []));
      else listener(channels);
    });
  }

  tell(channel: string | null): void {
    for (const listener of this.#listeners) listener(channel === null ? null : [channel]);
  }

  override async tellChanges(): Promise<void> {
    if (this.isAway) throw new Error('away');
    this.toldCount += 1;
    for (const channel of this.#unsaid.splice(0)) this.tell(channel);
  }

  override async find(channels: readonly string[]): Promise<(RocketTrack | null)[]> {
    this.asked += 1;
    if (this.isAway || this.asked > this.awayAfter) throw new Error('away');
    return super.find(channels);
  }

  override async list(page: { after: string; limit: number }): Promise<RocketTrack[]> {
    return this.isEmpty ? [] : super.list(page);
  }
}

describe('the fleet', () => {
  let store: MoodyStore;
  let fleet: Fleet;

  beforeEach(() => {
    const events = { publish: () => undefined };
    store = new MoodyStore({ channelsMax: 1_000, historyMax: 10_000, events });
    fleet = new Fleet(store, new SystemClock());
  });

  afterEach(() => fleet.onModuleDestroy());

  const counts = async () =>
    Object.fromEntries(
      (await fleet.state()).tracks.map(({ channel, taken }) => [channel, taken.count]),
    );

  it('has what was taken before it was asked, also before it was there', async () => {
    await store.take(faster('a', 1));
    const late = new Fleet(store, new SystemClock());
    await store.take(faster('b', 1));

    expect((await late.state()).tracks.map(({ channel }) => channel)).toEqual(['a', 'b']);
    expect(await counts()).toEqual({ a: 1, b: 1 });
    await store.take(faster('a', 2));
    expect(await counts()).toEqual({ a: 2, b: 1 });
  });

  it('asks the store for what changed, when somebody asks', async () => {
    await store.take(faster('a', 1));
    await fleet.state();
    for (let number = 2; number < 100; number += 1) await store.take(faster('a', number));

    expect(store.asked).toBe(0);
    expect(await counts()).toEqual({ a: 99 });
    expect(store.asked).toBe(1);
    await fleet.state();
    expect(store.asked).toBe(1);
  });

  it('tells watchers of every change, in order, until they have enough', async () => {
    const heard: FleetChange[] = [];
    const stop = fleet.watch((changes) => heard.push(...changes));
    for (let number = 1; number <= 20; number += 1)
      await store.take(faster(number % 2 ? 'a' : 'b', number));

    await until(() => {
      const last = (name: string) => heard.findLast(({ track }) => track.channel === name);
      expect([last('a')?.track.taken.count, last('b')?.track.taken.count]).toEqual([10, 10]);
    });
    expect(heard.map(({ position }) => position)).toEqual(heard.map((_, nr) => nr + 1));
    const told = heard.length;
    stop();
    await store.take(faster('a', 99));
    expect(await counts()).toEqual({ a: 11, b: 10 });
    expect(heard).toHaveLength(told);
  });

  it('forgets no change that could not be read', async () => {
    await fleet.state();
    await store.take(faster('a', 1));
    store.isAway = true;
    await expect(fleet.state()).rejects.toThrow('away');

    store.isAway = false;
    expect(await counts()).toEqual({ a: 1 });
  });

  it('asks what others have taken, and says when that cannot be told', async () => {
    await fleet.state();
    store.isAway = true;
    await expect(fleet.state()).rejects.toThrow('away');

    store.isAway = false;
    expect(await counts()).toEqual({});
  });

  it('hears of what nobody told while somebody watches', async () => {
    const heard: FleetChange[] = [];
    fleet.watch((changes) => heard.push(...changes));
    await until(() => expect(store.toldCount).toBeGreaterThan(0));
    store.isSilent = true;
    await store.take(faster('a', 1));

    await until(() => expect(heard).toHaveLength(1));
  });

  it('holds no more names than it would read one by one', async () => {
    await fleet.state();
    await store.take(faster('a', 1));
    for (let nr = 0; nr < 20_000; nr += 1) store.tell(`refused ${nr}`);

    expect(await counts()).toEqual({ a: 1 });
    expect(store.asked).toBe(0);
  });

  it('lets go of rockets that the store has lost', async () => {
    await store.take(faster('a', 1));
    const { position } = await fleet.state();
    store.isEmpty = true;
    store.tell(null);

    expect(await fleet.state()).toEqual({ position: position + 1, tracks: [] });
  });

  it('comes to what it missed by itself while somebody watches', async () => {
    await fleet.state();
    const heard: FleetChange[] = [];
    fleet.watch((changes) => heard.push(...changes));
    store.isAway = true;
    await store.take(faster('a', 1));
    await until(() => expect(store.asked).toBeGreaterThan(0));

    store.isAway = false;
    await until(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toMatchObject({ position: 1, track: { channel: 'a' } });
  });

  it('tells also of what it read before the store went away amid it', async () => {
    await fleet.state();
    const heard = new Set<string>();
    fleet.watch((changes) => changes.forEach(({ track }) => heard.add(track.channel)));
    store.awayAfter = 1;
    for (let number = 1; number <= 1_000; number += 1) await store.take(faster(`${number}`, 1));
    await until(() => expect(store.asked).toBeGreaterThan(1));

    store.awayAfter = Infinity;
    await until(() => expect(heard.size).toBe(1_000));
  });
});
