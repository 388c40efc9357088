import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBooking, future, SchedulerUnderTest } from './support/scheduler.js';
import { until } from './support/until.js';

const SAME_TIME = 4;

describe('contacts of the scheduler', () => {
  let scheduler: SchedulerUnderTest;
  let http: SchedulerUnderTest['http'];

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.make();
    http = scheduler.http;
  });

  afterAll(() => scheduler.end());

  const post = (body: object, key: string) =>
    http.post('/scheduler/').set('Idempotency-Key', key).send(body);
  const countOf = async (ship: string): Promise<number> =>
    (await http.get('/scheduler').query({ ship_name: ship }).expect(200)).body.length;

  describe('booked under a key', () => {
    it('are one, however many requests come at the same time', async () => {
      const booking = aBooking({ ship_name: 'once' });
      const answers = await Promise.all(
        Array.from({ length: SAME_TIME }, () => post(booking, 'once')),
      );

      for (const { status, body, headers } of answers) {
        expect(status).toBe(201);
        expect(body).toEqual(answers[0]!.body);
        expect(headers['etag']).toBe(answers[0]!.headers['etag']);
      }
      expect(await countOf('once')).toBe(1);
    });

    it('are told again as they were, when they have changed and when their start has passed', async () => {
      const start_time = future(5);
      const booking = aBooking({ ship_name: 'again', start_time });
      const { body } = await post(booking, 'again').expect(201);
      await http.delete(`/scheduler/${body.id}`).expect(200);
      await until(() => expect(Date.now()).toBeGreaterThan(Date.parse(start_time)));
      await post(booking, 'too late').expect(400);

      expect((await post(booking, 'again').expect(201)).body).toEqual(body);
    });

    it('are refused with another body, and keep nothing of a refusal', async () => {
      await post(aBooking({ ship_name: 'reused' }), 'reused').expect(201);
      const other = await post(aBooking({ ship_name: 'reused', duration: 16 }), 'reused');
      expect(other.status).toBe(409);
      expect(other.body.code).toBe('IDEMPOTENCY_KEY_REUSED');

      await post(aBooking({ start_time: future(-1) }), 'refused').expect(400);
      await post(aBooking({ ship_name: 'refused' }), 'refused').expect(201);
    });

    it.each(['x'.repeat(256), 'caf\u00e9', ' '])('need a key that is none like %j', async (key) => {
      const { status, body } = await post(aBooking(), key);
      expect(status).toBe(400);
      expect(body.errors).toMatchObject([{ field: 'idempotency-key' }]);
    });
  });

  describe('with a tag', () => {
    it('are told anew only when they have changed', async () => {
      const { body, headers } = await http.post('/scheduler').send(aBooking()).expect(201);
      const path = `/scheduler/${body.id}`;
      const got = await http.get(path).expect(200);
      expect(got.headers['etag']).toBe(headers['etag']);
      const known = await http.get(path).set('If-None-Match', headers['etag']!).expect(304);
      expect(known.text).toBe('');

      const { headers: changed } = await http.patch(path).send({ priority: 2 }).expect(200);
      expect(changed['etag']).not.toBe(headers['etag']);
      await http.get(path).set('If-None-Match', headers['etag']!).expect(200);
    });

    it('change once of many times that were meant for the same version', async () => {
      const { body, headers } = await http.post('/scheduler').send(aBooking()).expect(201);
      const answers = await Promise.all(
        Array.from({ length: SAME_TIME }, (_, priority) =>
          http
            .patch(`/scheduler/${body.id}`)
            .set('If-Match', headers['etag']!)
            .send({ priority: priority + 1 }),
        ),
      );

      const [won, ...others] = answers.filter(({ status }) => status === 200);
      const [stale, ...rest] = answers.filter(({ status }) => status === 412);
      expect([others.length, rest.length]).toEqual([0, SAME_TIME - 2]);
      if (won === undefined || stale === undefined) throw new Error('Nobody won, or all');
      expect(stale.body).toMatchObject({
        code: 'REVISION_STALE',
        revision: 2,
        state: 'scheduled',
        etag: won.headers['etag'],
      });
      expect(await scheduler.contact(body.id)).toEqual(won.body);
    });

    it('are cancelled as they were seen, or not at all', async () => {
      const { body, headers } = await http.post('/scheduler').send(aBooking()).expect(201);
      const path = `/scheduler/${body.id}`;
      const tag = headers['etag']!;
      for (const stale of ['"none"', `W/${tag}`, '"1", "2"'])
        await http.delete(path).set('If-Match', stale).expect(412);
      expect((await scheduler.contact(body.id)).state).toBe('scheduled');

      await http.delete(path).set('If-Match', `"1", ${tag}`).expect(200);
      await http.delete(path).set('If-Match', tag).expect(412);
      await http.delete(path).set('If-Match', '*').expect(200);
      await http.patch(path).set('If-Match', tag).send({ priority: 1 }).expect(409);
    });

    it.each(['1', '"1', '"1" "2"', '**', 'w/"1"'])('refuse If-Match %s', async (header) => {
      const { id } = await scheduler.book();
      const { body } = await http.delete(`/scheduler/${id}`).set('If-Match', header).expect(400);
      expect(body.errors).toMatchObject([{ field: 'if-match' }]);
      expect((await scheduler.contact(id)).state).toBe('scheduled');
    });
  });

  it('have a history of who did what and why', async () => {
    const { id } = await scheduler.book();
    const path = `/scheduler/${id}`;
    await http.patch(path).set('x-requested-by', 'alice').send({ duration: 20 }).expect(200);
    await http.delete(`${path}?reason=rain`).set('x-requested-by', 'bob').expect(200);

    const first = await http.get(`${path}/history?limit=2`).expect(200);
    const next = /<(.+)>; rel="next"/.exec(first.headers['link'] ?? '')?.[1] ?? '';
    const rest = await http.get(next).expect(200);
    expect([...first.body, ...rest.body]).toMatchObject([
      { by: 'api', state: 'scheduled', revision: 1, contact: { contact_id: id, duration: 15 } },
      { by: 'alice', state: 'scheduled', revision: 2, contact: { duration: 20 } },
      { by: 'bob', reason: 'rain', state: 'cancelled', revision: 2, contact: { reason: 'rain' } },
    ]);
    expect(rest.headers['link']).toBeUndefined();
    const { id: other } = await scheduler.book();
    await http.get(next.replace(id, other)).expect(400);
    await http.get('/scheduler/8b0c8d4a-9f0a-4c1e-8f39-0a4a9d2b7a11/history').expect(404);
  });

  describe('in a list', () => {
    it('are found by state, ship and window, page by page', async () => {
      const at = (minute: number) => `2090-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
      const ids: string[] = [];
      for (const minute of [10, 30, 20]) {
        const given = { ship_name: 'a, b', start_time: at(minute), duration: 60 };
        ids.push((await scheduler.book(given)).id);
      }
      await http.delete(`/scheduler/${ids[1]}`).expect(200);
      const idsOf = async (query: object): Promise<string[]> => {
        const found = await http.get('/scheduler/').query({ ship_name: 'a, b', ...query });
        return found.body.map(({ id }: { id: string }) => id);
      };

      expect(await idsOf({})).toEqual([ids[1], ids[2], ids[0]]);
      expect(await idsOf({ sort: 'start_time' })).toEqual([ids[0], ids[2], ids[1]]);
      expect(await idsOf({ sort: 'created' })).toEqual(ids);
      expect(await idsOf({ state: 'cancelled' })).toEqual([ids[1]]);
      expect(await idsOf({ state: ['active', 'scheduled'] })).toEqual([ids[2], ids[0]]);
      expect(await idsOf({ state: 'scheduled,cancelled' })).toHaveLength(3);
      expect(await idsOf({ from: at(11) })).toEqual([ids[1], ids[2]]);
      expect(await idsOf({ from: at(10), to: at(20) })).toEqual([ids[0]]);
      expect(await idsOf({ antenna: 'none' })).toEqual([]);
    });

    it('do not go on in another one', async () => {
      for (let count = 0; count < 2; count += 1) await scheduler.book({ ship_name: 'two' });
      const { headers } = await http.get('/scheduler?ship_name=two&limit=1').expect(200);
      const next = /<(.+)>; rel="next"/.exec(headers['link'] ?? '')?.[1] ?? '';

      expect((await http.get(next.replace('limit=1', 'limit=9')).expect(200)).body).toHaveLength(1);
      for (const other of [next.replace('=two', '=three'), `${next}&sort=created`])
        expect((await http.get(other).expect(400)).body.errors).toMatchObject([
          { field: 'cursor' },
        ]);
    });

    it.each([
      ['state=gone', 'state'],
      ['state=', 'state'],
      ['state[a]=active', 'state[a]'],
      ['ship_name=', 'ship_name'],
      ['ship_name=a&ship_name=b', 'ship_name'],
      ['sort=duration', 'sort'],
      ['from=2030-01-01', 'from'],
      ['from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z', 'to'],
    ])('are not asked for by %s', async (query, field) => {
      const { body } = await http.get(`/scheduler/?${query}`).expect(400);
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    });
  });
});
