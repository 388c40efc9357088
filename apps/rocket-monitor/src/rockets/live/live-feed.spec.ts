import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DRAIN_DEADLINE_MS, HEARTBEAT_MS } from '#common/live';
import { ManualClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { MemoryRocketStore } from '../../adapters/memory/memory-rocket.store.js';
import { RocketMonitorConfig } from '../../rocket-monitor.config.js';
import { Fleet } from '../fleet.js';
import { faster } from '../testing/arrivals.js';
import { LiveFeed } from './live-feed.js';

/** A connection whose other side reads only when it is told to. */
class Connection extends Duplex {
  text = '';
  isReading = true;
  #taken: (() => void) | null = null;

  /** It says at once that it is full. */
  constructor() {
    super({ highWaterMark: 1 });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, taken: () => void): void {
    this.text += chunk.toString();
    if (this.isReading) taken();
    else this.#taken = taken;
  }

  goOn(): void {
    this.isReading = true;
    this.#taken?.();
  }

  get events(): { name: string; id: string | null; data: Record<string, unknown> }[] {
    return this.text.split('\n\n').flatMap((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
      const [name, data] = [field('event'), field('data')];
      if (name === null || data === null) return [];
      return [{ name, id: field('id'), data: JSON.parse(data) as Record<string, unknown> }];
    });
  }
}

describe('the live feed', () => {
  let clock: ManualClock;
  let store: MemoryRocketStore;
  let fleet: Fleet;
  let feed: LiveFeed;

  beforeEach(() => {
    clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
    const events = { publish: () => undefined };
    store = new MemoryRocketStore({ channelsMax: 10_000, historyMax: 10_000, events });
    fleet = new Fleet(store, clock);
    const config = Object.assign(new RocketMonitorConfig(), { ROCKET_EVENTS_CLIENTS_MAX: 2 });
    feed = new LiveFeed(fleet, clock, config);
  });

  afterEach(() => {
    feed.onModuleDestroy();
    fleet.onModuleDestroy();
  });

  const open = async (lastEventId = '', isReading = true) => {
    const connection = new Connection();
    connection.isReading = isReading;
    const output = { events: connection, connection };
    await feed.open({ lastEventId, wants: null }, () => output);
    return connection;
  };

  /** Lets the fleet find the changes, and the feed write them. */
  const untilTold = (check: () => void) =>
    until(() => {
      clock.advance(5);
      check();
    });

  const countsOf = (connection: Connection) =>
    new Map(connection.events.map(({ data }) => [data['channel'], data['messages_taken']]));

  it('keeps nothing for a client that does not read but where it stands', async () => {
    const slow = await open('', false);
    const quick = await open();
    for (let number = 1; number <= 50; number += 1) {
      await store.take(faster('a', number));
      await store.take(faster('b', number));
      await untilTold(() => expect(countsOf(quick).get('b')).toBe(number));
    }
    expect(quick.events.length).toBeGreaterThan(50);
    expect(slow.events.map(({ name }) => name)).toEqual(['snapshot', 'live']);

    slow.goOn();
    await until(() => expect(slow.events).toHaveLength(4));
    const [a, b] = slow.events.slice(2);
    expect(a).toMatchObject({ data: { channel: 'a', messages_taken: 50 } });
    expect(b).toMatchObject({ data: { channel: 'b', messages_taken: 50 } });
    expect([a?.id, b?.id]).toEqual(quick.events.slice(-2).map(({ id }) => id));
  });

  it('writes a large snapshot in parts, each when the one before is taken', async () => {
    for (let nr = 0; nr < 2_000; nr += 1) await store.take(faster(`rocket ${nr}`, 1));
    const client = await open('', false);
    expect(client.events.length).toBeLessThan(300);
    await store.take(faster('rocket 0', 2));
    await store.take(faster('rocket 1999', 2));
    await open();

    client.goOn();
    await until(() => expect(client.events).toHaveLength(2_004));
    expect(client.events.findIndex(({ name }) => name === 'live')).toBe(2_001);
    expect(client.events.slice(1, 2_001).every(({ id }) => id === null)).toBe(true);
    const state = client.events.slice(2_002).map(({ data }) => data['messages_taken']);
    expect(state).toEqual([2, 2]);
  });

  it('cuts a client off that does not take what was written in time', async () => {
    const stuck = await open('', false);
    const quick = await open();
    clock.advance(DRAIN_DEADLINE_MS - 1);
    expect(stuck.destroyed).toBe(false);

    clock.advance(1);
    expect(stuck.destroyed).toBe(true);
    expect(quick.destroyed).toBe(false);
  });

  it('beats while it is silent, and rests when nobody is there', async () => {
    const client = await open();
    for (let beats = 1; beats < 4; beats += 1)
      await until(() => {
        clock.advance(HEARTBEAT_MS);
        expect(client.text.split(': beat\n\n').length).toBeGreaterThan(beats);
      });

    client.destroy();
    await untilTold(() => expect(clock.alarmCount).toBe(0));
  });

  it('goes on behind a position that was long before it rested', async () => {
    for (const channel of ['a', 'b', 'c']) await store.take(faster(channel, 1));
    const client = await open();
    const [id = ''] = client.events.flatMap((event) => event.id ?? []);
    client.destroy();
    await untilTold(() => expect(clock.alarmCount).toBe(0));
    for (let number = 2; number <= 3_000; number += 1) await store.take(faster('b', number));

    const again = await open(id);
    await until(() => expect(again.events).toHaveLength(2));
    expect(again.events[1]).toMatchObject({ data: { channel: 'b', messages_taken: 3_000 } });
  });

  it('gives the place back of a client that is gone before its stream begins', async () => {
    const output = () => {
      const connection = new Connection();
      connection.destroy();
      return { events: connection, connection };
    };
    for (let nr = 0; nr < 5; nr += 1) await feed.open({ lastEventId: '', wants: null }, output);

    await open();
    await open();
    await expect(open()).rejects.toMatchObject({ code: 'ROCKET_EVENTS_FULL' });
  });

  it('gives the place back when the store is away', async () => {
    const away = new MemoryRocketStore({
      channelsMax: 10,
      historyMax: 10_000,
      events: { publish: () => undefined },
    });
    away.list = () => Promise.reject(new Error('away'));
    feed.onModuleDestroy();
    feed = new LiveFeed(new Fleet(away, clock), clock, new RocketMonitorConfig());
    for (let nr = 0; nr < 200; nr += 1) await expect(open()).rejects.toThrow('away');
  });

  it('ends its streams, and begins no further one', async () => {
    const [client, slow] = [await open(), await open('', false)];
    feed.onModuleDestroy();

    await until(() => expect(client.text.endsWith(': closing\n\n')).toBe(true));
    expect(client.writableEnded).toBe(true);
    expect(slow.destroyed).toBe(true);
    await expect(open()).rejects.toThrow('stopping');
  });
});
