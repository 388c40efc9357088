import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBooking, future, SchedulerUnderTest } from './support/scheduler.js';

describe('contacts in a bulk', () => {
  let scheduler: SchedulerUnderTest;
  let http: SchedulerUnderTest['http'];

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.make();
    http = scheduler.http;
  });

  afterAll(() => scheduler.end());

  const countOf = async (ship: string): Promise<number> =>
    (await http.get('/scheduler').query({ ship_name: ship }).expect(200)).body.length;
  const bulk = (query: string, type: string, text: string) =>
    http.post(`/scheduler/bulk${query}`).set('Content-Type', type).send(text);
  const json = (query: string, ...bookings: unknown[]) =>
    bulk(query, 'application/json', JSON.stringify(bookings));

  it('are booked all, from each format', async () => {
    const start_time = future();
    const one = aBooking({ ship_name: 'in, bulk', start_time, priority: -2 });
    const two = aBooking({ ship_name: 'in "bulk"', start_time, stream: { interval: 0.5 } });
    const table = [
      'ship_name,start_time,duration,priority,stream',
      `"in, bulk",${start_time},15,-2,`,
      `"in ""bulk""",${start_time},15,,"{""interval"":0.5}"`,
    ].join('\r\n');
    const answers = [
      await json('', one, two).expect(201),
      await bulk('', 'application/x-ndjson', `${JSON.stringify(one)}\n\n${JSON.stringify(two)}\n`),
      await bulk('/?mode=all&reason=plan', 'text/csv; charset=utf-8', table),
    ];

    for (const { status, body } of answers) {
      expect(status).toBe(201);
      expect(body).toMatchObject([
        { ship_name: 'in, bulk', duration: 15, priority: -2, stream: { format: 'json' } },
        { ship_name: 'in "bulk"', priority: 0, stream: { format: 'json', interval: 0.5 } },
      ]);
    }
    expect(await countOf('in, bulk')).toBe(3);
  });

  it('are booked all or none, and the faults name which', async () => {
    const good = aBooking({ ship_name: 'none' });
    const faulty = await json('', good, { duration: 0 }, good, 7, { ...good, start_time: 'x' });
    expect(faulty.status).toBe(400);
    expect(faulty.body.errors.map(({ field }: { field: string }) => field)).toEqual([
      '[1].ship_name',
      '[1].start_time',
      '[1].duration',
      '[3]',
      '[4].start_time',
    ]);
    const past = await json('', good, { ...good, start_time: future(-1) }).expect(400);
    expect(past.body).toMatchObject({ code: 'START_TIME_PASSED', index: 1 });
    expect(await countOf('none')).toBe(0);
  });

  it('are booked each that can be, and once under a key', async () => {
    const good = aBooking({ ship_name: 'each' });
    const text = [good, { duration: 0 }, good].map((one) => JSON.stringify(one)).join('\n');
    const lines = `${text}\n{"ship_name":\n${JSON.stringify({ ...good, start_time: future(-9) })}`;
    const send = () =>
      bulk('?mode=each', 'application/x-ndjson', lines).set('Idempotency-Key', 'each');
    const answers = await Promise.all(Array.from({ length: 3 }, send));

    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toEqual(answers[0]!.body);
    }
    expect(answers[0]!.body).toMatchObject({
      booked: 2,
      refused: 3,
      results: [
        { index: 0, status: 201, contact: { ship_name: 'each' } },
        { index: 1, status: 400, problem: { code: 'VALIDATION_FAILED' } },
        { index: 2, status: 201 },
        {
          index: 3,
          status: 400,
          problem: { code: 'BODY_NOT_JSON', instance: '/scheduler/bulk' },
        },
        { index: 4, status: 400, problem: { code: 'START_TIME_PASSED' } },
      ],
    });
    expect(await countOf('each')).toBe(2);
  });

  it.each([
    ['a million items', 'application/json', `[${'{},'.repeat(1_000_000)}{}]`, 413],
    ['10,001 items', 'application/json', `[${'{},'.repeat(10_000)}{}]`, 413],
    ['10,001 lines', 'application/x-ndjson', '{}\n'.repeat(10_001), 413],
    ['10,001 rows', 'text/csv', `duration\n${'1\n'.repeat(10_001)}`, 413],
    ['over 8 MiB', 'text/csv', 'x'.repeat(9 * 1024 ** 2), 413],
    ['nothing', 'application/json', '[]', 400],
    ['no array', 'application/json', '{}', 400],
    ['an open array', 'application/json', '[{}', 400],
    ['an unknown column', 'text/csv', 'ship_name,host\na,b', 400],
    ['an open quote', 'text/csv', 'ship_name\n"a', 400],
    ['another type', 'text/xml', '<a/>', 415],
  ])('are refused for %s, in a sentence', async (_case, type, text, expected) => {
    const { status, body, headers } = await bulk('', type, text);
    expect(status).toBe(expected);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body.detail).toMatch(/^[A-Z].+/);
  });
});
