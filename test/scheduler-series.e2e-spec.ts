import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { future, SchedulerUnderTest } from './support/scheduler.js';
import { until } from './support/until.js';

const NOW_MS = Date.now();

/** Days from now at noon of UTC, as clocks show it. */
const noon = (days: number): string =>
  `${new Date(NOW_MS + days * 86_400_000).toISOString().slice(0, 10)}T12:00:00`;

const aSeries = (given: object = {}): object => ({
  ship_name: 'USS Enterprise',
  duration: 60,
  start: noon(1),
  time_zone: 'UTC',
  rrule: 'FREQ=DAILY;COUNT=3',
  ...given,
});

/** What is wrong, in words and in the request, and the field that the answer names. */
const REFUSED: readonly (readonly [string, object | undefined, string])[] = [
  ['no body', undefined, 'ship_name'],
  ['a time that is none', { start: '2026-02-30T09:00:00' }, 'start'],
  ['a leap second', { start: '2026-12-31T23:59:60' }, 'start'],
  ['a fraction', { start: '2099-01-01T00:00:00.5Z', time_zone: undefined }, 'start'],
  ['a local time without a zone', { time_zone: undefined }, 'time_zone'],
  ['a zone beside an offset', { start: future(), time_zone: 'UTC' }, 'time_zone'],
  ['an unknown zone', { time_zone: 'Europe/Atlantis' }, 'time_zone'],
  ['an offset as a zone', { time_zone: '+01:00' }, 'time_zone'],
  [
    'a time that clocks leave out',
    { start: '2099-03-29T02:30:00', time_zone: 'Europe/Berlin' },
    'start',
  ],
  ['no rule', { rrule: '' }, 'rrule'],
  ['every second', { rrule: 'FREQ=SECONDLY' }, 'rrule'],
  ['an unknown part', { rrule: 'FREQ=DAILY;BYEASTER=0' }, 'rrule'],
  ['a rule that fits no day', { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 'rrule'],
  ['a rule that fits no minute', { rrule: 'FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1,3,5' }, 'rrule'],
  ['a rule that is over', { rrule: 'FREQ=DAILY;UNTIL=20200101T000000Z' }, 'rrule'],
  ['contacts that overlap', { rrule: 'FREQ=MINUTELY', duration: 61 }, 'rrule'],
  [
    'a day in spring that is too short',
    { rrule: 'FREQ=DAILY', duration: 86_400, time_zone: 'Europe/Berlin' },
    'rrule',
  ],
  ['a long rule', { rrule: `FREQ=DAILY;BYHOUR=${'1,'.repeat(1_000)}1` }, 'rrule'],
  ['an exclusion that is no time', { exclude: ['tomorrow'] }, 'exclude'],
  [
    'an exclusion that is no occurrence',
    { exclude: [`${noon(2).slice(0, 10)}T13:00:00`] },
    'exclude',
  ],
  ['too many exclusions', { exclude: Array.from({ length: 1_001 }, () => noon(2)) }, 'exclude'],
  ['a contact that is none', { duration: 0 }, 'duration'],
  ['an unknown field', { start_time: future() }, 'start_time'],
];

interface Next {
  readonly at: string;
  readonly contact_id: string | null;
  readonly state: string | null;
}

describe('series', () => {
  let scheduler: SchedulerUnderTest;
  let http: SchedulerUnderTest['http'];

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.make();
    http = scheduler.http;
  });

  afterEach(() => scheduler.end());

  const make = async (given: object = {}) =>
    (await http.post('/series').send(aSeries(given)).expect(201)).body;

  const series = async (id: string) => (await http.get(`/series/${id}`).expect(200)).body;

  /** The series once it was rolled, or rolled anew: then it is booked a little further. */
  const rolled = async (id: string, bookedUntil: string | null = null) => {
    let found: { booked_until: string | null } = { booked_until: null };
    await until(async () => {
      found = await series(id);
      expect(found.booked_until).not.toBe(bookedUntil);
    });
    return found as { readonly booked_until: string };
  };

  /** The next occurrences once so many of them are in this state. */
  const nextOf = async (id: string, state: string, count: number): Promise<Next[]> => {
    let next: Next[] = [];
    await until(async () => {
      ({ next } = await series(id));
      expect(next.filter((occurrence) => occurrence.state === state)).toHaveLength(count);
    });
    return next;
  };

  it('are booked as ordinary contacts, each once, by however many schedulers', async () => {
    const beside = await SchedulerUnderTest.make({ beside: scheduler });
    const made = await make({ antenna: 'Kiruna-1', priority: 2, stream: { format: 'ccsds' } });
    expect(made).toMatchObject({
      ship_name: 'USS Enterprise',
      duration: 60,
      start: noon(1),
      time_zone: 'UTC',
      rrule: 'FREQ=DAILY;COUNT=3',
      state: 'rolling',
      exclude: [],
      skipped: [],
      requested_by: 'api',
    });

    const next = await nextOf(made.id, 'scheduled', 3);
    await beside.stop();

    expect(next.map(({ at }) => at)).toEqual([1, 2, 3].map((days) => `${noon(days)}.000Z`));
    expect(await scheduler.contact(next[0]!.contact_id!)).toMatchObject({
      start_time: next[0]!.at,
      duration: 60,
      antenna: 'Kiruna-1',
      priority: 2,
      stream: { format: 'ccsds' },
      series_id: made.id,
    });
    expect((await http.get('/scheduler').expect(200)).body).toHaveLength(3);
    const [listed] = (await http.get('/series?limit=1').expect(200)).body;
    expect(listed).toMatchObject({ id: made.id, state: 'rolling' });
  });

  it('are booked within the horizon alone', async () => {
    const { id } = await make({ rrule: 'FREQ=DAILY' });
    const { booked_until } = await rolled(id);
    const { body } = await http.get('/scheduler').expect(200);
    expect([13, 14]).toContain(body.length);
    expect(body[0].start_time < booked_until).toBe(true);
  });

  it('lose one occurrence for good', async () => {
    const { id } = await make();
    const [first, second] = await nextOf(id, 'scheduled', 3);
    await http.delete(`/scheduler/${first!.contact_id}`).expect(200);
    const exclude = [second!.at.slice(0, 19)];
    const before = await rolled(id);
    const { body } = await http.patch(`/series/${id}`).send({ exclude }).expect(200);
    expect(body).toMatchObject({ exclude, cancelled: [second!.contact_id] });

    await rolled(id, before.booked_until);
    expect(await nextOf(id, 'scheduled', 1)).toMatchObject([
      { at: first!.at, state: 'cancelled', contact_id: first!.contact_id },
      { state: 'scheduled' },
    ]);
  });

  it('end with a time, or from one on, or at once', async () => {
    const { id } = await make({ rrule: 'FREQ=DAILY' });
    await until(async () => expect((await series(id)).booked_until).not.toBeNull());
    await http
      .patch(`/series/${id}`)
      .send({ until: noon(4) })
      .expect(200);
    expect(await nextOf(id, 'scheduled', 4)).toHaveLength(4);
    const from = encodeURIComponent(`${noon(3)}+00:00`);
    await http.delete(`/series/${id}?from=${from}&reason=holidays`).expect(200);
    const next = await nextOf(id, 'scheduled', 2);
    expect(next).toHaveLength(2);

    const { body } = await http.delete(`/series/${id}`).expect(200);
    expect(body).toMatchObject({ state: 'ended', ended_at: expect.any(String) });
    expect(new Set(body.cancelled)).toEqual(new Set(next.map(({ contact_id }) => contact_id)));
    const again = await http.delete(`/series/${id}`).expect(200);
    expect(again.body).toMatchObject({ state: 'ended', cancelled: [] });
    const refused = await http
      .patch(`/series/${id}`)
      .send({ until: noon(9) })
      .expect(409);
    expect(refused.body).toMatchObject({ code: 'SERIES_ENDED' });
  });

  it('skip what cannot be booked, say why, and try again', async () => {
    scheduler.others.explosions.set('rocket 1', 'FROZEN_O_RINGS');
    const { id } = await make({ channel: 'rocket 1' });
    await until(async () => expect((await series(id)).skipped).toHaveLength(3));
    expect((await series(id)).skipped[0]).toMatchObject({
      at: `${noon(1)}.000Z`,
      local: noon(1),
      code: 'ROCKET_EXPLODED',
      reason: expect.stringContaining('FROZEN_O_RINGS'),
      tries: expect.any(Number),
    });
    expect(await series(id)).toMatchObject({ state: 'rolling', next: [{}, {}, {}] });

    scheduler.others.explosions.clear();
    await http
      .patch(`/series/${id}`)
      .send({ until: noon(2) })
      .expect(200);
    await nextOf(id, 'scheduled', 2);
    await until(async () => expect((await series(id)).skipped).toEqual([]));
  });

  it('are refused with what makes no sense, by the name of the field', async () => {
    for (const [fault, given, field] of REFUSED) {
      const { body } = await http.post('/series').send(given && aSeries(given));
      const fields = body.errors?.map((error: { field: string }) => error.field);
      expect([fault, body.status, body.code]).toEqual([fault, 400, 'VALIDATION_FAILED']);
      expect([fault, fields]).toEqual([fault, expect.arrayContaining([field])]);
    }
    await http.get('/series').expect(200, []);
  });

  it('refuse changes that are none, and unknown ids', async () => {
    const { id } = await make();
    for (const body of [
      {},
      { exclude: [] },
      { until: 'soon' },
      { rrule: 'FREQ=DAILY' },
      { until: null },
    ])
      await http.patch(`/series/${id}`).send(body).expect(400);
    await http.delete(`/series/${id}?from=2030-01-01T00:00:00`).expect(400);
    await http.get('/series/none').expect(400);
    await http.get('/series?cursor=x').expect(400);
    for (const method of ['get', 'delete'] as const)
      expect((await http[method](`/series/${randomUUID()}`).expect(404)).body.code).toBe(
        'SERIES_NOT_FOUND',
      );
    await http
      .patch(`/series/${randomUUID()}`)
      .send({ until: noon(2) })
      .expect(404);
  });

  it('are in the calendar, as are all contacts', async () => {
    const { id } = await make({ ship_name: 'Voyager, again', antenna: 'Kiruna-1' });
    const [first] = await nextOf(id, 'scheduled', 3);
    await scheduler.book({ start_time: future(7_200) });
    await http.delete(`/scheduler/${first!.contact_id}`).expect(200);

    const all = await http.get('/scheduler/calendar.ics').expect(200);
    expect(all.headers['content-type']).toBe('text/calendar; charset=utf-8');
    expect(all.text.match(/^BEGIN:VEVENT/gm)).toHaveLength(4);
    expect(all.text).toContain(String.raw`SUMMARY:Voyager\, again`);
    expect(all.text.match(/^STATUS:CANCELLED/gm)).toHaveLength(1);

    const tag = all.headers['etag']!;
    await http.get('/scheduler/calendar.ics').set('If-None-Match', tag).expect(304);
    for (const [query, count] of [
      ['ship_name=USS%20Enterprise', 1],
      ['antenna=Kiruna-1', 3],
      ['future_days=0', 0],
      ['ship_name=USS%20Enterprise&antenna=Kiruna-1', 0],
    ] as const) {
      const { text } = await http.get(`/scheduler/calendar.ics?${query}`).expect(200);
      expect([query, text.split('BEGIN:VEVENT').length - 1]).toEqual([query, count]);
    }
    const days = ['past_days=-1', 'past_days=', 'future_days=367', 'future_days=1e2'];
    for (const query of [...days, 'future_days=x', 'antenna=', 'ship=x'])
      await http.get(`/scheduler/calendar.ics?${query}`).expect(400);
  });
});
