import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CHANNEL,
  LAUNCH,
  RocketMonitorUnderTest,
  rocketMessage,
  TIME,
} from './support/rocket-monitor.js';

interface Taken {
  readonly number: number;
  readonly received_at: string;
  readonly message_type: string;
  readonly envelope: object;
}

interface Gap {
  readonly from: number;
  readonly to: number;
  readonly state: string;
  readonly missing_since: string;
  readonly closed_at: string | null;
  readonly open_for_ms: number;
}

describe('the history of a rocket over HTTP', () => {
  let monitor: RocketMonitorUnderTest;

  const SENT = [
    rocketMessage(2, 'RocketSpeedIncreased', { by: -5 }),
    rocketMessage(7, 'RocketMissionChanged', { newMission: 'é"\n' }),
    rocketMessage(1, 'RocketLaunched', LAUNCH),
    rocketMessage(4, 'RocketExploded', { reason: 'X' }),
    rocketMessage(8, 'RocketSpeedDecreased', { by: 7 }),
  ];

  beforeAll(async () => {
    monitor = await RocketMonitorUnderTest.start();
    await monitor.postAll([...SENT, ...SENT]);
  });

  afterAll(() => monitor.close());

  const read = <T>(path: string) => monitor.pages<T>(`/rockets/${CHANNEL}/${path}`);

  it.each(['', '?limit=1', '?limit=2', '?order=received&limit=5'])(
    'has each message once, as it came: %s',
    async (query) => {
      const { items } = await read<Taken>(`messages${query}`);

      expect(items.map(({ envelope }) => envelope)).toEqual(SENT);
      expect(items[0]).toMatchObject({
        number: 2,
        message_type: 'RocketSpeedIncreased',
        message_time: TIME,
      });
      const times = items.map(({ received_at }) => received_at.replace('Z', '').padEnd(26, '0'));
      expect(times).toEqual([...new Set(times)].toSorted());
    },
  );

  it('has them by number as well, in pages', async () => {
    const { items, sizes } = await read<Taken>('messages?order=number&limit=2');

    expect(items.map(({ number }) => number)).toEqual([1, 2, 4, 7, 8]);
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('makes the same rocket when it is sent to another monitor', async () => {
    const { items } = await read<Taken>('messages');
    const other = await RocketMonitorUnderTest.start();
    try {
      const statuses = await other.postAll(items.map(({ envelope }) => envelope));

      expect(statuses).toEqual(items.map(() => 200));
      const path = `/rockets/${CHANNEL}`;
      expect(await other.json(path)).toEqual({
        ...((await monitor.json(path)) as object),
        duplicates: 0,
      });
    } finally {
      await other.close();
    }
  });

  it('tells what is missing since when, and what came late', async () => {
    const { items: messages } = await read<Taken>('messages');
    const cameAt = (number: number) =>
      messages.find((message) => message.number === number)?.received_at ?? null;
    const { items } = await read<Gap>('gaps');

    expect(items.map(({ open_for_ms: _ms, ...gap }) => gap)).toEqual([
      { from: 5, to: 6, state: 'open', missing_since: cameAt(7), closed_at: null },
      { from: 4, to: 4, state: 'closed', missing_since: cameAt(7), closed_at: cameAt(4) },
      { from: 3, to: 3, state: 'open', missing_since: cameAt(7), closed_at: null },
      { from: 1, to: 1, state: 'closed', missing_since: cameAt(2), closed_at: cameAt(1) },
    ]);
    for (const { open_for_ms } of items) expect(open_for_ms).toBeGreaterThanOrEqual(0);
    expect((await read<Gap>('gaps?limit=1')).items.map(({ from }) => from)).toEqual([5, 4, 3, 1]);
    const open = await read<Gap>('gaps?limit=1&state=open');
    expect(open.items.map(({ from }) => from)).toEqual([5, 3]);
    const closed = await read<Gap>('gaps?limit=1&state=closed');
    expect(closed.items.map(({ from }) => from)).toEqual([4, 1]);
  });

  it.each([
    ['messages?order=arrival', 'order'],
    ['messages?limit=0', 'limit'],
    ['messages?cursor=x', 'cursor'],
    [`messages?order=number&cursor=${cursorOf('received', 1, 1)}`, 'cursor'],
    [`messages?cursor=${cursorOf('number', 1)}`, 'cursor'],
    [`messages?order=number&cursor=${cursorOf('number', -1)}`, 'cursor'],
    ['messages?state=open', 'state'],
    ['gaps?state=half', 'state'],
    ['gaps?state=', 'state'],
    ['gaps?limit=1001', 'limit'],
    [`gaps?cursor=${cursorOf('number', 1)}`, 'cursor'],
    [`gaps?cursor=${cursorOf(1, 0.5)}`, 'cursor'],
    ['gaps?order=number', 'order'],
  ])('refuses %s', async (path, field) => {
    const { status, text } = await monitor.get(`/rockets/${CHANNEL}/${path}`);

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it.each(['messages', 'gaps'])('has no %s of a rocket that nobody has heard of', async (path) => {
    expect(await monitor.json(`/rockets/nobody/${path}`)).toMatchObject({
      status: 404,
      code: 'ROCKET_NOT_FOUND',
    });
  });

  it('shows what was refused, of all or of one channel', async () => {
    const refused = (channel: string) =>
      rocketMessage(0, 'RocketExploded', { reason: 'X' }, { channel });
    await monitor.postAll([refused('a'), refused('b'), refused('a')]);
    const rejected = async (query: string) =>
      ((await monitor.json(`/rejected${query}`)) as { channel: string }[]).map(
        (one) => one.channel,
      );

    expect(await rejected('')).toEqual(['a', 'b', 'a']);
    expect(await rejected('?limit=2')).toEqual(['a', 'b']);
    expect(await rejected('?channel=b')).toEqual(['b']);
    expect(await rejected('?channel=a&limit=1')).toEqual(['a']);
    expect(await rejected('?channel=none')).toEqual([]);
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=1001', 'limit'],
      ['channel=a&channel=b', 'channel'],
      ['reason=X', 'reason'],
    ])
      expect(await monitor.json(`/rejected?${query}`)).toMatchObject({
        status: 400,
        errors: [{ field }],
      });
  });
});

function cursorOf(...position: (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}
