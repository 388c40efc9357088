import { describe, expect, it } from 'vitest';
import { DomainError, readMessageTime, type RocketFact, type RocketArrival } from '#common/domain';
import type { RocketFactSink } from '../../rockets/rocket-events.port.js';
import { describeRocketStore } from '../../rockets/rocket-store.contract.js';
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
