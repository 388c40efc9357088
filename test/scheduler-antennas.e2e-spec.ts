import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBooking, SchedulerUnderTest } from './support/scheduler.js';

/** An hour of a day that no contact of these tests has begun by. */
const hour = (number: number): string => `2090-01-01T${String(number).padStart(2, '0')}:00:00.000Z`;
const HOUR_SECONDS = 3_600;

describe('the antennas of the scheduler', () => {
  let scheduler: SchedulerUnderTest;
  let http: SchedulerUnderTest['http'];

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.make();
    http = scheduler.http;
  });

  afterAll(() => scheduler.end());

  const on = (antenna: string, start: number, given: object = {}): object =>
    aBooking({ antenna, start_time: hour(start), duration: HOUR_SECONDS, ...given });
  const aBlock = (start: number, end: number): object => ({
    start: hour(start),
    end: hour(end),
    reason: 'Maintenance',
  });

  it('are made, described, found by any name, and deleted', async () => {
    const path = `/antennas/${encodeURIComponent('Übung/1 – 日本')}`;
    const name = 'Übung/1 – 日本';
    await http.put(path).expect(200, { name, description: null });
    await http.put(path).send({ description: '13 m' }).expect(200, { name, description: '13 m' });
    await http.get(path).expect(200, { name, description: '13 m' });
    await scheduler.book(on('Aaa', 0));

    const first = await http.get('/antennas?limit=1').expect(200);
    expect(first.body).toEqual([{ name: 'Aaa', description: null }]);
    const next = /<([^>]+)>/.exec(first.headers['link'] ?? '')![1]!;
    const second = await http.get(next).expect(200);
    expect(second.body).toMatchObject([{ name }]);

    expect((await http.delete('/antennas/Aaa').expect(409)).body).toMatchObject({
      code: 'ANTENNA_IN_USE',
      conflicts: [{ kind: 'contact', start_time: hour(0), end: hour(1) }],
    });
    await http.delete(path).expect(204);
    expect((await http.get(path).expect(404)).body.code).toBe('ANTENNA_NOT_FOUND');
  });

  it('are refused when they are taken, with what has them and when they are free', async () => {
    const taker = (await http.post('/scheduler/').send(on('Kiruna-1', 2)).expect(201)).body;
    const { body } = await http.post('/scheduler/').send(on('Kiruna-1', 2)).expect(409);
    expect(body).toMatchObject({
      code: 'ANTENNA_TAKEN',
      status: 409,
      conflicts: [{ id: taker.id, ship_name: 'USS Enterprise', priority: 0, state: 'scheduled' }],
      free_windows: [{ start: hour(3), end: null }],
    });
    const other = (await http.post('/scheduler/').send(on('Kiruna-1', 3)).expect(201)).body;
    const path = `/scheduler/${other.id}`;
    const moved = await http
      .patch(path)
      .send({ start_time: hour(2) })
      .expect(409);
    expect(moved.body).toMatchObject({ code: 'ANTENNA_TAKEN', conflicts: [{ id: taker.id }] });
    expect(await scheduler.contact(other.id)).toEqual(other);
    await http.delete(`/scheduler/${taker.id}`).expect(200);
    await http
      .patch(path)
      .send({ start_time: hour(2) })
      .expect(200);
  });

  it('are given to a higher priority on request, and a dry run says so before', async () => {
    const loser = await scheduler.book(on('Weilheim', 2, { priority: 1 }));
    const important = on('Weilheim', 2, { priority: 2 });
    const rehearse = async (query: string) =>
      (await http.post(`/scheduler/?dry_run=true${query}`).send(important).expect(200)).body;

    expect(await rehearse('')).toMatchObject({ possible: false, conflicts: [{ id: loser.id }] });
    expect(await rehearse('&displace=true')).toEqual({
      possible: true,
      conflicts: [expect.objectContaining({ id: loser.id, state: 'scheduled' })],
      free_windows: [],
    });
    const change = http.patch(`/scheduler/${loser.id}?dry_run=true`).send({ start_time: hour(5) });
    expect((await change.expect(200)).body).toMatchObject({ possible: true, conflicts: [] });
    expect(await scheduler.contact(loser.id)).toEqual(loser);

    const path = '/scheduler/?displace=true';
    const winner = (await http.post(path).send(important).expect(201)).body;
    expect(await scheduler.contact(loser.id)).toMatchObject({
      state: 'cancelled',
      displaced_by: winner.id,
      end_reason: `Displaced by contact ${winner.id} of priority 2`,
    });
  });

  it('are blocked', async () => {
    const contact = await scheduler.book(on('Svalbard', 2));
    const path = '/antennas/Svalbard/blocks';
    const refused = await http.post(path).send(aBlock(2, 4)).expect(409);
    expect(refused.body).toMatchObject({ code: 'ANTENNA_TAKEN', conflicts: [{ id: contact.id }] });

    const asked = http.post(`${path}?displace=true`).set('x-requested-by', 'Ada');
    const { body: block } = await asked.send(aBlock(2, 4)).expect(201);
    expect(block).toMatchObject({ ...aBlock(2, 4), by: 'Ada', displaced: [contact.id] });
    expect(await scheduler.contact(contact.id)).toMatchObject({ displaced_by: block.id });
    const { displaced: _, ...stored } = block;
    await http.get(path).expect(200, [stored]);

    await http.post('/scheduler/?displace=true').send(on('Svalbard', 3)).expect(409);
    await http.delete(`${path}/${block.id}`).expect(204);
    await http.delete(`${path}/${block.id}`).expect(404);
    await http.post('/scheduler/').send(on('Svalbard', 3)).expect(201);
  });

  it.each([
    [{ start: hour(4), end: hour(2), reason: 'x' }, 'end'],
    [{ start: hour(2), end: hour(2), reason: 'x' }, 'end'],
    [{ start: '2020-01-01T00:00:00Z', end: '2020-01-02T00:00:00Z', reason: 'x' }, 'end'],
    [{ start: hour(2), end: '2190-01-01T00:00:00Z', reason: 'x' }, 'end'],
    [{ start: '0001-01-01T00:00:00Z', end: hour(2), reason: 'x' }, 'start'],
    [{ start: '2090-02-30T00:00:00Z', end: hour(2), reason: 'x' }, 'start'],
    [{ start: hour(2), end: '2090-01-01T02:00:00', reason: 'x' }, 'end'],
    [{ start: hour(2), end: hour(3) }, 'reason'],
    [{ start: hour(2), end: hour(3), reason: 'a\0b' }, 'reason'],
    [{ start: hour(2), end: hour(3), reason: 'x'.repeat(513) }, 'reason'],
    [{ start: hour(2), end: hour(3), reason: 'x', by: 'me' }, 'by'],
  ])('are not blocked by %j', async (block, field) => {
    await http.put('/antennas/Perth').expect(200);
    const { body } = await http.post('/antennas/Perth/blocks').send(block).expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    await http.get('/antennas/Perth/blocks').expect(200, []);
  });

  it.each([
    ['put', `/antennas/${'x'.repeat(129)}`, 'name'],
    ['put', '/antennas/a%00b', 'name'],
    ['get', '/antennas/a%00b/blocks', 'name'],
    ['get', '/antennas?cursor=bm9uZQ', 'cursor'],
    ['get', '/antennas?cursor=WyJhXHUwMDAwYiJd', 'cursor'],
    ['get', '/antennas/Perth/blocks?cursor=WzEuNSwieCJd', 'cursor'],
    ['delete', '/antennas/Perth/blocks/7', 'id'],
    ['post', '/antennas/Perth/blocks?displace=yes', 'displace'],
    ['post', '/scheduler/?displace=1', 'displace'],
    ['post', '/scheduler/?dry_run=', 'dry_run'],
    ['post', '/scheduler/?dry_run=true&dry_run=false', 'dry_run'],
  ] as const)('answer to %s %s that it is wrong', async (method, path, field) => {
    const body = path.startsWith('/scheduler') ? on('Perth', 2) : aBlock(2, 3);
    const asked = method === 'post' ? http.post(path).send(body) : http[method](path);
    const answer = await asked.expect(400);
    expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it.each([{ description: 7 }, { description: 'x'.repeat(1_001) }, { name: 'other' }])(
    'are not described by %j',
    async (body) => {
      const { body: answer } = await http.put('/antennas/Perth').send(body).expect(400);
      expect(answer.code).toBe('VALIDATION_FAILED');
    },
  );
});
