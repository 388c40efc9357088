import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAUNCH, RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';

interface Named {
  readonly channel: string;
}

/** Channel, type, mission, speed. */
const FLEET: readonly (readonly [string, string, string, number])[] = [
  ['a', 'Falcon-9', 'ARTEMIS', 300],
  ['b', '__proto__', 'GEMINI', 100],
  ['summary', 'Falcon-9', '', 300],
  ['é/"', 'constructor', 'GEMINI', 200],
];

describe('the lists of rockets over HTTP', () => {
  let monitor: RocketMonitorUnderTest;

  const launch = (channel: string, type: string, mission: string, launchSpeed: number) =>
    rocketMessage(1, 'RocketLaunched', { ...LAUNCH, type, mission, launchSpeed }, { channel });

  beforeAll(async () => {
    monitor = await RocketMonitorUnderTest.start();
    await monitor.postAll(FLEET.map((rocket) => launch(...rocket)));
    await monitor.postAll([
      rocketMessage(3, 'RocketExploded', { reason: 'X' }, { channel: 'b' }),
      rocketMessage(3, 'RocketExploded', { reason: 'X' }, { channel: 'b' }),
      rocketMessage(2, 'RocketSpeedIncreased', { by: 0 }, { channel: 'e' }),
    ]);
    await monitor.post(JSON.stringify(rocketMessage(0, 'RocketExploded', {}, { channel: 'a' })));
  });

  afterAll(() => monitor.close());

  const channels = async (query: string): Promise<string[]> =>
    (await monitor.pages<Named>(`/rockets${query}`)).items.map(({ channel }) => channel);

  it.each([
    ['', ['a', 'b', 'e', 'summary', 'é/"']],
    ['?order=desc', ['é/"', 'summary', 'e', 'b', 'a']],
    ['?sort=speed', ['e', 'b', 'é/"', 'a', 'summary']],
    ['?sort=speed&order=desc', ['a', 'summary', 'é/"', 'b', 'e']],
    ['?sort=type', ['e', 'a', 'summary', 'b', 'é/"']],
    ['?sort=missing&order=desc', ['b', 'e', 'a', 'summary', 'é/"']],
    ['?sort=rejected&order=desc&limit=1', ['a', 'b', 'e', 'summary', 'é/"']],
    ['?sort=latest_update&limit=2', ['a', 'b', 'e', 'summary', 'é/"']],
    ['?mission=GEMINI', ['b', 'é/"']],
    ['?mission=', ['e', 'summary']],
    ['?mission=&mission=ARTEMIS', ['a', 'e', 'summary']],
    ['?type=__proto__&type=constructor', ['b', 'é/"']],
    ['?status=exploded', ['b']],
    ['?status=exploded&status=unknown', ['b', 'e']],
    ['?complete=false', ['b', 'e']],
    ['?complete=true&type=Falcon-9', ['a', 'summary']],
    ['?channel=summary', ['summary']],
    ['?type=toString', []],
  ])('are ordered and filtered: %s', async (query, expected) => {
    expect(await channels(query)).toEqual(expected);
  });

  it('come in pages of any size, and no cursor fits another list', async () => {
    const { items, sizes } = await monitor.pages<Named>('/rockets?sort=speed&order=desc&limit=2');
    expect(items.map(({ channel }) => channel)).toEqual(['a', 'summary', 'é/"', 'b', 'e']);
    expect(sizes).toEqual([2, 2, 1]);

    const { link } = await monitor.get('/rockets?sort=speed&order=desc&limit=2');
    const cursor = /cursor=([^&>]+)/.exec(link ?? '')?.[1];
    const same = await monitor.get(`/rockets?sort=speed&order=desc&cursor=${cursor}`);
    expect((JSON.parse(same.text) as Named[]).map(({ channel }) => channel)).toEqual([
      'é/"',
      'b',
      'e',
    ]);
    for (const other of ['', 'sort=speed', 'sort=missing&order=desc', 'sort=type&order=desc'])
      expect(await monitor.get(`/rockets?${other}&cursor=${cursor}`)).toMatchObject({
        status: 400,
      });
  });

  it('go on where the longest texts are the order', async () => {
    const long = (end: string) => '\u0001'.repeat(127) + end;
    const names = [long('a'), long('b'), long('c')];
    const type = '\u0002'.repeat(1_024);
    await monitor.postAll(names.map((channel) => launch(channel, type, 'LONG', 0)));

    expect(await channels('?sort=type&mission=LONG&limit=1')).toEqual(names);
  });

  it.each([
    ['?sort=view', 'sort'],
    ['?sort=toString', 'sort'],
    ['?sort=speed&sort=type', 'sort'],
    ['?order=up', 'order'],
    ['?status=flown', 'status'],
    ['?complete=yes', 'complete'],
    ['?complete=', 'complete'],
    [`?${'type=a&'.repeat(21)}`, 'type'],
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?cursor=foreign', 'cursor'],
    [`?cursor=${Buffer.from('["channel","asc","a"]').toString('base64url')}`, 'cursor'],
    [`?cursor=${Buffer.from('["channel","asc",5,"a"]').toString('base64url')}`, 'cursor'],
    ['?missing=1', 'missing'],
  ])('refuse %s', async (query, field) => {
    const { status, text } = await monitor.get(`/rockets${query}`);

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it('have a summary', async () => {
    const alone = await RocketMonitorUnderTest.start();
    try {
      await alone.postAll(FLEET.map((rocket) => launch(...rocket)));
      await alone.post(rocketMessage(3, 'RocketExploded', { reason: 'X' }, { channel: 'b' }));

      expect(await alone.json('/rockets/summary')).toEqual({
        rockets: 4,
        complete: 3,
        incomplete: 1,
        messages_taken: 5,
        missing: 1,
        duplicates: 0,
        conflicts: 0,
        rejected: 0,
        by_status: {
          groups: [
            { name: 'flying', count: 3 },
            { name: 'exploded', count: 1 },
          ],
          other: 0,
        },
        by_type: {
          groups: [
            { name: 'Falcon-9', count: 2 },
            { name: '__proto__', count: 1 },
            { name: 'constructor', count: 1 },
          ],
          other: 0,
        },
        by_mission: {
          groups: [
            { name: 'GEMINI', count: 2 },
            { name: '', count: 1 },
            { name: 'ARTEMIS', count: 1 },
          ],
          other: 0,
        },
      });
      expect(await alone.json('/state/summary')).toMatchObject({ type: 'Falcon-9' });
    } finally {
      await alone.close();
    }
  });

  it.each(['/rockets?sort=speed', '/rockets/summary'])(
    'are sent anew only when they changed: %s',
    async (path) => {
      const { etag } = await monitor.get(path);
      const known = { 'if-none-match': etag ?? '' };

      expect(etag).toMatch(/^"[\w-]+"$/);
      expect(await monitor.get(path, known)).toMatchObject({
        status: 304,
        etag,
        text: '',
        type: null,
      });
      await monitor.post(launch('a', 'Falcon-9', 'ARTEMIS', 300));
      expect(await monitor.get(path, known)).toMatchObject({ status: 200 });
      expect((await monitor.get(path)).etag).not.toBe(etag);
    },
  );
});
