import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAUNCH, RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';
import { until } from './support/until.js';

describe('the views of a rocket over HTTP', () => {
  let monitor: RocketMonitorUnderTest;

  const faster = (number: number, by: number) =>
    rocketMessage(number, 'RocketSpeedIncreased', { by }, { channel: 'a/b' });

  beforeAll(async () => {
    monitor = await RocketMonitorUnderTest.start();
    await monitor.postAll([
      rocketMessage(1, 'RocketLaunched', LAUNCH, { channel: 'a/b' }),
      faster(2, 10),
      rocketMessage(4, 'RocketMissionChanged', { newMission: 'GEMINI' }, { channel: 'a/b' }),
      rocketMessage(7, 'RocketExploded', { reason: 'X' }, { channel: 'a/b' }),
      faster(7, 1),
      rocketMessage(0, 'RocketExploded', { reason: 'X' }, { channel: 'a/b' }),
    ]);
  });

  afterAll(() => monitor.close());

  const rocket = (query: string) => monitor.json(`/rockets/a%2Fb${query}`);

  const now = { messages_taken: 4, highest: 7, missing: { total: 3, ranges: [] as object[] } };
  now.missing.ranges = [
    { from: 3, to: 3 },
    { from: 5, to: 6 },
  ];

  it('are what is believed, unless asked otherwise', async () => {
    const believed = { speed: 510, mission: 'GEMINI', exploded_reason: 'X', status: 'exploded' };
    const account = { applied_through: 2, complete: false, conflicts: 1, duplicates: 0, ...now };

    expect(await rocket('')).toMatchObject({ view: 'best-effort', as_of: null, ...believed });
    expect(await rocket('')).toMatchObject(account);
    expect(await rocket('?view=best-effort')).toEqual(await rocket(''));
    expect(await rocket('?as_of=99')).toEqual({ ...((await rocket('')) as object), as_of: 99 });
  });

  it('are what is known for sure, with the same account', async () => {
    const sure = { speed: 510, mission: 'ARTEMIS', exploded_reason: '', status: 'flying' };

    expect(await rocket('?view=exact')).toMatchObject({ view: 'exact', ...sure, ...now });
  });

  it.each([
    ['?as_of=1', { speed: 500, applied_through: 1, highest: 1, complete: true }],
    ['?as_of=3', { mission: 'ARTEMIS', highest: 2, messages_taken: 2, complete: false }],
    ['?as_of=4', { mission: 'GEMINI', highest: 4, latest_mission_msg: 4, messages_taken: 3 }],
    [
      '?as_of=5',
      {
        missing: {
          total: 2,
          ranges: [
            { from: 3, to: 3 },
            { from: 5, to: 5 },
          ],
        },
      },
    ],
    ['?as_of=6', { exploded_reason: '', status: 'flying', highest: 4 }],
    ['?as_of=1&view=exact', { speed: 500, applied_through: 1, missing: { total: 0, ranges: [] } }],
    ['?as_of=4&view=exact', { mission: 'ARTEMIS', applied_through: 2, highest: 4 }],
    ['?as_of=9007199254740991', { exploded_reason: 'X', highest: 7 }],
  ])('are as of a message: %s', async (query, expected) => {
    expect(await rocket(query)).toMatchObject(expected);
  });

  it.each([
    ['?as_of=0', 'as_of'],
    ['?as_of=', 'as_of'],
    ['?as_of=-1', 'as_of'],
    ['?as_of=1.5', 'as_of'],
    ['?as_of=1e1', 'as_of'],
    ['?as_of=0x1', 'as_of'],
    ['?as_of=9007199254740992', 'as_of'],
    ['?as_of=9007199254740993', 'as_of'],
    ['?as_of=1&as_of=2', 'as_of'],
    ['?view=Exact', 'view'],
    ['?view=', 'view'],
    ['?view=exact&view=exact', 'view'],
    ['?sort=speed', 'sort'],
  ])('refuse %s', async (query, field) => {
    expect((await monitor.get(`/rockets/a%2Fb${query}`)).status).toBe(400);
    expect(await rocket(query)).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it('are not sent again to who has them', async () => {
    const { etag } = await monitor.get('/rockets/a%2Fb');
    const known = { 'if-none-match': `"other", W/${etag}` };

    expect(await monitor.get('/rockets/a%2Fb', known)).toMatchObject({
      status: 304,
      etag,
      text: '',
      type: null,
    });
    expect((await monitor.get('/rockets/a%2Fb?view=exact', known)).status).toBe(200);
    expect((await monitor.get('/rockets/a%2Fb', { 'if-none-match': '*' })).status).toBe(304);
    await monitor.post(faster(7, 2));
    expect((await monitor.get('/rockets/a%2Fb', known)).status).toBe(200);
  });

  it('say which states are gone once the messages are', async () => {
    const small = await RocketMonitorUnderTest.start({ ROCKET_HISTORY_MAX: 1_024 });
    try {
      const bodies = Array.from({ length: 1_100 }, (_, nr) => faster(nr + 1, 1));
      for (let at = 0; at < bodies.length; at += 40)
        await Promise.all(bodies.slice(at, at + 40).map((body) => small.post(body)));

      await until(async () => {
        expect((await small.get('/rockets/a%2Fb?as_of=1')).status).toBe(410);
      });
      const { text } = await small.get('/rockets/a%2Fb?as_of=1');
      const { code, title, detail } = JSON.parse(text) as Record<string, string>;
      expect([code, title]).toEqual(['ROCKET_HISTORY_GONE', 'Gone']);
      const earliest = /as of (\d+)/.exec(detail ?? '')?.[1];
      expect(await small.json(`/rockets/a%2Fb?as_of=${earliest}`)).toMatchObject({
        speed: Number(earliest),
        complete: true,
      });
    } finally {
      await small.close();
    }
  });
});
