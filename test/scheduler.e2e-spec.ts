import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aBooking, future, SchedulerUnderTest } from './support/scheduler.js';

describe('scheduler', () => {
  let scheduler: SchedulerUnderTest;
  let http: SchedulerUnderTest['http'];

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.make();
    http = scheduler.http;
  });

  afterEach(() => scheduler.end());

  describe('books', () => {
    it('and answers with the stored contact', async () => {
      const start_time = '2099-09-25T22:49:10.342210+02:00';
      const contact = await scheduler.book({ start_time, duration: '15' });
      expect(contact).toEqual({
        id: expect.any(String),
        ship_name: 'USS Enterprise',
        start_time: '2099-09-25T20:49:10.342210Z',
        duration: 15,
        task_id: `${contact.id}:1`,
        state: 'scheduled',
        revision: 1,
        started_at: null,
        lateness_ms: null,
        ended_at: null,
        end_reason: null,
        displaced_by: null,
        fault: null,
        antenna: null,
        priority: 0,
        channel: null,
        stream: { format: 'json' },
        series_id: null,
        report: null,
      });
      expect(await scheduler.contact(contact.id)).toEqual(contact);
    });

    it('on every route with and without the trailing slash', async () => {
      await http.post('/scheduler').send(aBooking()).expect(201);
      for (const path of ['/scheduler', '/scheduler/']) {
        const { body } = await http.get(path).expect(200);
        expect(body).toHaveLength(1);
      }
      for (const path of ['/healthcheck', '/healthcheck/'])
        await http.get(path).expect(200, { message: 'Service is up and running.' });
    });

    it('hands the wish for the stream on', async () => {
      const stream = { format: 'ccsds', interval: 0.01, batteries: 4, seed: 7 };
      expect((await scheduler.book({ stream })).stream).toEqual(stream);
    });

    it('hands on what shall go wrong, too, as it is', async () => {
      const stream = {
        format: 'ccsds',
        epoch: '2031-01-01T00:00:00+01:00',
        count: 3_000,
        faults: {
          loss: 0.1,
          burst: { probability: 0.01, length: 20 },
          duplicate: 1,
          reorder: { probability: 0.05, depth: 10 },
          corrupt: 0,
          delay_ms: [20, 80],
          blackouts: [
            [10, 15],
            [0.5, 2],
          ],
        },
      };
      const contact = await scheduler.book({ stream });

      expect(contact.stream).toEqual(stream);
      expect((await scheduler.contact(contact.id)).stream).toEqual(stream);
    });

    it.each([
      ['no body', undefined, ['ship_name', 'start_time', 'duration']],
      ['a list', [aBooking()], ['body']],
      ['an empty name', aBooking({ ship_name: '' }), ['ship_name']],
      ['a long name', aBooking({ ship_name: 'x'.repeat(129) }), ['ship_name']],
      ['a name with NUL', aBooking({ ship_name: 'a\u0000b' }), ['ship_name']],
      ['half a character', aBooking({ ship_name: '\ud800' }), ['ship_name']],
      ['a name that is no text', aBooking({ ship_name: 7 }), ['ship_name']],
      ['a local time', aBooking({ start_time: '2099-01-01T00:00:00' }), ['start_time']],
      ['a day that is not', aBooking({ start_time: '2099-02-30T00:00:00Z' }), ['start_time']],
      ['a date', aBooking({ start_time: '2099-01-01' }), ['start_time']],
      ['no duration', aBooking({ duration: 0 }), ['duration']],
      ['half a second', aBooking({ duration: 1.5 }), ['duration']],
      ['an exponent', aBooking({ duration: '1e3' }), ['duration']],
      ['an endless duration', aBooking({ duration: 1e300 }), ['duration']],
      ['an unknown field', aBooking({ host: '127.0.0.1' }), ['host']],
      ['an unknown wish', aBooking({ stream: { port: 9 } }), ['stream.port']],
      ['a wish that is a list', aBooking({ stream: [] }), ['stream']],
      ['a loss over 1', aBooking({ stream: { faults: { loss: 2 } } }), ['stream.faults.loss']],
      [
        'a burst without a length',
        aBooking({ stream: { faults: { burst: { probability: 0.1 } } } }),
        ['stream.faults.burst.length'],
      ],
      ['a key', aBooking({ stream: { format: 'ccsds', key: 'ab'.repeat(32) } }), ['stream.key']],
      ['a format that is not', aBooking({ stream: { format: 'xml' } }), ['stream.format']],
      [
        'several faults',
        { ship_name: 1, start_time: 2, duration: true },
        ['ship_name', 'start_time', 'duration'],
      ],
    ])('nothing for %s, and names the field', async (_case, body, fields) => {
      const { body: problem, headers } = await http
        .post('/scheduler/')
        .send(body as object)
        .expect(400);
      expect(headers['content-type']).toContain('application/problem+json');
      expect(problem).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        instance: '/scheduler/',
      });
      expect(problem.errors.map(({ field }: { field: string }) => field).toSorted()).toEqual(
        fields.toSorted(),
      );
      await http.get('/scheduler/').expect(200, []);
    });

    it('nothing in the past, in the words of the original', async () => {
      const detail = 'Start time must be greater than current time';
      const { body } = await http
        .post('/scheduler/')
        .send(aBooking({ start_time: future(-1) }))
        .expect(400);
      expect(body).toMatchObject({ detail, errors: [{ field: 'start_time', message: detail }] });
    });

    it.each([
      [
        'over 32 KB',
        413,
        'BODY_TOO_LARGE',
        JSON.stringify(aBooking({ ship_name: 'x'.repeat(33_000) })),
      ],
      ['over 32 levels deep', 400, 'BODY_TOO_DEEP', '['.repeat(80_000 / 4)],
      ['that is not JSON', 400, 'BODY_NOT_JSON', '{"ship_name": '],
      ['with a prototype', 400, 'VALIDATION_FAILED', '{"__proto__": {"duration": 1}}'],
    ])('nothing for a body %s', async (_case, status, code, text) => {
      const sent = http.post('/scheduler/').set('Content-Type', 'application/json').send(text);
      const { body } = await sent.expect(status);
      expect(body).toMatchObject({ status, code });
    });

    it('nothing for another media type', async () => {
      const sent = http.post('/scheduler/').set('Content-Type', 'text/xml').send('<contact/>');
      expect((await sent.expect(415)).body).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
    });
  });

  it('lists pages by the Link header', async () => {
    const ids = [];
    for (const seconds of [100, 300, 200])
      ids.push((await scheduler.book({ start_time: future(seconds) })).id);
    const first = await http.get('/scheduler/?limit=2').expect(200);
    expect(first.body.map(({ id }: { id: string }) => id)).toEqual([ids[1], ids[2]]);
    const next = /<(.+)>; rel="next"/.exec(first.headers['link'] ?? '')?.[1] ?? '';
    const second = await http.get(next).expect(200);
    expect(second.body.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
    expect(second.headers['link']).toBeUndefined();
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'cursor=x', 'cursor=WzEsMl0', 'colour=red'])(
    'refuses the list query %s',
    async (query) => {
      const { body } = await http.get(`/scheduler/?${query}`).expect(400);
      expect(body.errors).toMatchObject([{ field: query.split('=')[0] }]);
    },
  );

  it('moves a contact, with a new start job', async () => {
    const { id } = await scheduler.book();
    const start_time = '2098-01-01T00:00:00.000Z';
    const { body } = await http.patch(`/scheduler/${id}`).send({ start_time }).expect(200);
    expect(body).toMatchObject({ start_time, duration: 15, revision: 2, task_id: `${id}:2` });
    await http
      .patch(`/scheduler/${id}`)
      .send({ start_time: future(-5) })
      .expect(400);
    await http.patch(`/scheduler/${id}`).send({ ship_name: 'Voyager' }).expect(400);
  });

  it('cancels a contact, for good', async () => {
    const { id } = await scheduler.book();
    for (let time = 0; time < 2; time += 1)
      expect((await http.delete(`/scheduler/${id}`).expect(200)).body.state).toBe('cancelled');
    const { body } = await http.patch(`/scheduler/${id}`).send({ duration: 1 }).expect(409);
    expect(body).toMatchObject({ code: 'CONTACT_NOT_CHANGEABLE' });
  });

  it('knows which ids are unknown and which are none', async () => {
    const unknown = `/scheduler/${randomUUID()}`;
    const { body } = await http.get(unknown).expect(404);
    expect(body).toMatchObject({ code: 'CONTACT_NOT_FOUND' });
    await http.delete(unknown).expect(404);
    await http.patch(unknown).send({ duration: 1 }).expect(404);
    await http.get('/scheduler/none').expect(400);
    await http.get('/nowhere').expect(404);
  });

  it('tells how it is', async () => {
    await http.get('/health/live').expect(200);
    const { body } = await http.get('/health/ready').expect(200);
    expect(body.details).toMatchObject({
      alarm: { status: 'up' },
      bus: { status: 'up' },
      database: { status: 'up' },
    });
    const docs = await http.get('/docs-json').expect(200);
    expect(Object.keys(docs.body.paths)).toContain('/scheduler/{id}');
    await http.get('/docs').expect(200);
  });
});
