import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBooking, SchedulerUnderTest } from './support/scheduler.js';

interface FieldFault {
  readonly field: string;
  readonly message: string;
}

describe('scheduler, asked badly', () => {
  let scheduler: SchedulerUnderTest;
  let http: SchedulerUnderTest['http'];
  let id: string;

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.make();
    http = scheduler.http;
    const stream = { format: 'ccsds' };
    ({ id } = await scheduler.book({ stream, antenna: 'Kiruna-1', priority: 3 }));
  });

  afterAll(() => scheduler.end());

  it.each([
    [{}, 'body', 'The body must name a change'],
    [undefined, 'body', 'The body must name a change'],
    [[{ duration: 1 }], 'body', 'The body must be an object'],
    [{ start_time: null }, 'start_time', 'start_time must be an ISO 8601 time with an offset'],
    [{ start_time: 7 }, 'start_time', 'start_time must be an ISO 8601 time with an offset'],
    [{ duration: null }, 'duration', 'duration must be an integer number'],
    [{ duration: '0x10' }, 'duration', 'duration must be an integer number'],
    [{ duration: 0 }, 'duration', 'duration must not be less than 1'],
    [{ duration: 604_801 }, 'duration', 'duration must not be greater than 604800'],
    [{ antenna: '' }, 'antenna', 'antenna must be text of 1 to 128 characters'],
    [{ priority: null }, 'priority', 'priority must be an integer number'],
    [{ priority: '5' }, 'priority', 'priority must be an integer number'],
    [{ priority: 1_001 }, 'priority', 'priority must not be greater than 1000'],
    [{ stream: null }, 'stream', 'stream must be an object'],
    [{ stream: 'ccsds' }, 'stream', 'stream must be an object'],
    [{ stream: { format: null } }, 'stream.format', 'format must be one of'],
    [{ ship_name: 'Voyager' }, 'ship_name', 'ship_name is not a known field'],
    [{ channel: null }, 'channel', 'channel is not a known field'],
  ])('changes nothing for %j', async (change, field, message) => {
    const before = await scheduler.contact(id);
    const { body } = await http.patch(`/scheduler/${id}`).send(change).expect(400);

    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    expect(body.errors[0].message).toContain(message);
    expect(await scheduler.contact(id)).toEqual(before);
  });

  it('takes the antenna away when asked to', async () => {
    const { body } = await http.patch(`/scheduler/${id}`).send({ antenna: null }).expect(200);
    expect(body).toMatchObject({ antenna: null, priority: 3, stream: { format: 'ccsds' } });
  });

  it.each([
    [{ ship_name: null }, 'ship_name must be text'],
    [{ start_time: null }, 'start_time must be an ISO 8601 time'],
    [{ duration: null }, 'duration must be an integer number'],
    [{ duration: undefined }, 'duration must be an integer number'],
    [{ duration: '0x10' }, 'duration must be an integer number'],
    [{ priority: null }, 'priority must be an integer number'],
    [{ stream: null }, 'stream must be an object'],
    [{ stream: { interval: null } }, 'interval must be a number'],
    [{ stream: { interval: '1' } }, 'interval must be a number'],
    [{ stream: { batteries: null } }, 'batteries must be an integer number'],
    [{ stream: { seed: null } }, 'seed must be an integer number'],
    [{ stream: { seed: '7' } }, 'seed must be an integer number'],
  ])('books nothing with %j, and says why', async (given, message) => {
    const { body } = await http.post('/scheduler/').send(aBooking(given)).expect(400);

    expect(body.code).toBe('VALIDATION_FAILED');
    expect(body.errors.map((fault: FieldFault) => fault.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });

  it('books with null where it means "none"', async () => {
    const contact = await scheduler.book({ antenna: null, channel: null, stream: {} });
    expect(contact).toMatchObject({ antenna: null, channel: null, stream: { format: 'json' } });
  });

  it('fills in the format where the wish names none', async () => {
    const contact = await scheduler.book({ stream: { interval: 0.5 } });
    expect(contact.stream).toEqual({ format: 'json', interval: 0.5 });
  });

  it.each([
    ['{"toString": 1}', ['toString']],
    ['{"__proto__": {"duration": 1}}', ['__proto__']],
    ['{"stream": {"constructor": 1, "__proto__": 2}}', ['stream.constructor', 'stream.__proto__']],
  ])('names the fields of %s that every object has', async (text, fields) => {
    const sent = http.post('/scheduler/').set('Content-Type', 'application/json').send(text);
    const { body } = await sent.expect(400);

    expect(body.code).toBe('VALIDATION_FAILED');
    expect(body.errors).toEqual(
      fields.map((field) => ({ field, message: `${field} is not a known field` })),
    );
  });

  it.each([
    ['limit=abc', 'limit', 'limit must be an integer number'],
    ['limit=0', 'limit', 'limit must not be less than 1'],
    ['limit=0x10', 'limit', 'limit must be an integer number'],
    ['limit=', 'limit', 'limit must be an integer number; it is given without a value'],
    ['cursor=a&cursor=b', 'cursor', 'cursor must be a string'],
    ['colour=red', 'colour', 'colour is not a known field'],
    ['__proto__=1', '__proto__', '__proto__ is not a known field'],
    ['constructor=1', 'constructor', 'constructor is not a known field'],
    ['toString=1', 'toString', 'toString is not a known field'],
  ])('lists nothing for %s', async (query, field, message) => {
    const { body } = await http.get(`/scheduler/?${query}`).expect(400);

    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    expect(body.errors[0].message).toContain(message);
  });

  it.each(['get', 'patch', 'delete'] as const)('refuses to %s what is no id', async (method) => {
    const { body } = await http[method]('/scheduler/abc').expect(400);

    expect(body).toMatchObject({
      code: 'VALIDATION_FAILED',
      instance: '/scheduler/abc',
      errors: [{ field: 'id', message: 'id must be a UUID' }],
    });
  });

  it('refuses a query where none is read, but for health', async () => {
    const { body } = await http.get(`/scheduler/${id}?view=exact&toString=3`).expect(400);
    expect(body.errors).toMatchObject([{ field: 'view' }, { field: 'toString' }]);

    await http.delete(`/scheduler/${id}?force=1`).expect(400);
    expect((await scheduler.contact(id)).state).toBe('scheduled');
    for (const path of ['/health/live?from=balancer', '/healthcheck?from=balancer', '/docs?a=1'])
      await http.get(path).expect(200);
  });
});
