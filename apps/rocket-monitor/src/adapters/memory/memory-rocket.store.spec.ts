import { describe, expect, it } from 'vitest';
import { DomainError, readMessageTime, type RocketFact, type RocketArrival } from '#common/domain';
import type { RocketFactSink } from '../../rockets/rocket-events.port.js';
import { describeRocketStore } from '../../rockets/rocket-store.contract.js';
import { message } from '../../rockets/testing/arrivals.js';
import { MemoryRocketStore } from './memory-rocket.store.js';

/** Keeps what is published; full after `room` facts. */
class RecordedEvents implements RocketFactSink {
  readonly published: { readonly channel: string; readonly fact: RocketFact }[] = [];

  constructor(public room = Number.POSITIVE_INFINITY) {}

  publish(channel: string, fact: RocketFact): void {
    if (this.published.length >= this.room) throw new DomainError('ROCKET_STORE_FULL', 'full');
    this.published.push({ channel, fact });
  }
}

const open = (channelsMax: number, events: RocketFactSink, historyMax = 10_000) =>
  new MemoryRocketStore({ channelsMax, historyMax, events });

describeRocketStore(async () => {
  const events = new RecordedEvents();
  return { store: open(1_000, events), published: async () => events.published };
});

const openLong = (charsMax: number) =>
  new MemoryRocketStore({
    channelsMax: 10,
    historyMax: 10_000,
    charsMax,
    events: new RecordedEvents(),
  });

const long = (channel: string, number: number) =>
  message(channel, number, { type: 'RocketMissionChanged', newMission: 'x'.repeat(1_000) });

function explosion(channel: string, number = 1): RocketArrival {
  const time = readMessageTime('2022-02-02T19:39:05Z');
  if (time === null) throw new Error('no time');
  return {
    channel,
    number,
    time,
    receivedAt: number,
    event: { type: 'RocketExploded', reason: 'X' },
  };
}

describe('a MemoryRocketStore', () => {
  it('takes no channel over its limit, but goes on with those it has', async () => {
    const store = open(2, new RecordedEvents());
    await store.take(explosion('a'));
    await store.take(explosion('b'));

    await expect(store.take(explosion('c'))).rejects.toMatchObject({ code: 'ROCKET_STORE_FULL' });
    expect(await store.take(explosion('b', 2))).toMatchObject({ outcome: 'new' });
    expect(await store.channels()).toEqual(['a', 'b']);
    expect(await store.health()).toMatchObject({ status: 'degraded', channels: 2 });
  });

  it('takes long messages for later only up to a limit, and those they wait for still', async () => {
    const store = openLong(5_000);
    await store.take(long('a', 1));
    for (const number of [3, 4, 5, 6, 7]) await store.take(long('a', number));
    const before = await store.health();
    expect(before).toMatchObject({ status: 'degraded', parked_chars_max: 5_000 });
    expect(before['parked_chars']).toBeGreaterThanOrEqual(5_000);

    const refused = { code: 'ROCKET_STORE_FULL' };
    await expect(store.take(long('a', 8))).rejects.toMatchObject(refused);
    await expect(store.take(long('b', 2))).rejects.toMatchObject(refused);
    expect(await store.find(['b'])).toEqual([null]);
    expect(await store.take(long('a', 7))).toMatchObject({ outcome: 'duplicate' });
    expect(await store.take(long('b', 1))).toMatchObject({ outcome: 'new' });
    expect(await store.take(long('a', 2))).toMatchObject({ outcome: 'new' });

    expect(await store.health()).toMatchObject({ status: 'up', parked_chars: 0 });
    expect(await store.take(long('a', 9))).toMatchObject({ outcome: 'new' });
  });

  it('forgets earlier when messages are long', async () => {
    const store = openLong(400_000);
    for (let number = 1; number <= 1_000; number += 1) {
      await store.take(long('a', number));
      expect((await store.health())['history_chars']).toBeLessThanOrEqual(400_000);
    }

    const kept = await store.history('a', { by: 'number', after: 0, limit: 1_000 });
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.length).toBeLessThan(400);
    expect(kept.at(-1)).toMatchObject({ number: 1_000 });
    expect(await store.find(['a'])).toMatchObject([{ taken: { lowWater: 1_000 } }]);
  });

  it('counts after a restart as before', async () => {
    const store = openLong(20_000);
    for (const number of [1, 2, 3, 5, 6]) await store.take(long('a', number));
    const again = openLong(20_000);
    for (const record of store.records()) again.restore(record);
    expect(await again.health()).toEqual(await store.health());

    for (const one of [store, again]) await one.take(long('a', 4));
    expect(await again.health()).toEqual(await store.health());
  });

  it('does not take a message whose facts cannot be told, until they can', async () => {
    const events = new RecordedEvents(0);
    const store = open(2, events);

    await expect(store.take(explosion('a'))).rejects.toMatchObject({ code: 'ROCKET_STORE_FULL' });
    expect(await store.find(['a'])).toEqual([null]);

    events.room = 1;
    expect(await store.take(explosion('a'))).toMatchObject({ outcome: 'new' });
    expect(events.published).toHaveLength(1);
  });
});
