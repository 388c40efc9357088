import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SchedulerUnderTest } from './support/scheduler.js';

const ISS = [
  '1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927',
  '2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537',
];
const STATION = { latitude: 1.3521, longitude: 103.8198, altitude_m: 15, min_elevation_deg: 10 };
const HOUR_MS = 3_600_000;
/** Contacts are booked in the future: the same passes until the next new year. */
const EPOCH_MS = Date.UTC(new Date().getUTCFullYear() + 1, 0, 1);
const hours = (count: number): string => new Date(EPOCH_MS + count * HOUR_MS).toISOString();

const omm = (given: object = {}): object => ({
  OBJECT_NAME: 'ENTERPRISE',
  OBJECT_ID: '2026-001A',
  EPOCH: hours(0).slice(0, -1),
  MEAN_MOTION: 15.5,
  ECCENTRICITY: 0.0006,
  INCLINATION: 51.64,
  RA_OF_ASC_NODE: '210.5',
  ARG_OF_PERICENTER: 70,
  MEAN_ANOMALY: 25.3,
  EPHEMERIS_TYPE: 0,
  NORAD_CAT_ID: 99999,
  BSTAR: 0.0001,
  ...given,
});

interface Timed {
  readonly start_time: string;
  readonly duration: number;
}

describe('scheduler, asked for passes', () => {
  let scheduler: SchedulerUnderTest;
  let http: SchedulerUnderTest['http'];

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.make();
    http = scheduler.http;
    await http.put('/stations/Singapore').send(STATION).expect(200);
    await http
      .put('/stations/Nearby')
      .send({ ...STATION, longitude: 104, antenna: 'Big' })
      .expect(200);
    await http.put('/orbits/USS%20Enterprise').send({ omm: omm() }).expect(200);
    await http
      .put('/orbits/Voyager')
      .send({ omm: omm({ MEAN_ANOMALY: 205.3 }) })
      .expect(200);
  });

  afterAll(() => scheduler.end());

  it('keeps stations and elements, and lists them by name', async () => {
    const { body: stations } = await http.get('/stations?limit=1').expect(200);
    expect(stations).toMatchObject([{ name: 'Nearby', antenna: 'Big', min_elevation_deg: 10 }]);
    const { body: station } = await http.get('/stations/Singapore').expect(200);
    expect(station).toEqual({ name: 'Singapore', ...STATION, antenna: 'Singapore' });

    const put = await http
      .put('/orbits/ISS%2F1')
      .send({ tle: ['ISS (ZARYA)', ...ISS] })
      .expect(200);
    expect(put.body).toMatchObject({
      ship_name: 'ISS/1',
      tle: ISS,
      catalog_number: '25544',
      elements_epoch: '2008-09-20T12:25:40.104192Z',
      is_stale: true,
    });
    const first = await http.get('/orbits?limit=2').expect(200);
    const next = nextOf(first.headers);
    const { body: second } = await http.get(next!).expect(200);
    const names = [...first.body, ...second].map(({ ship_name }) => ship_name);
    expect(names).toEqual(['ISS/1', 'USS Enterprise', 'Voyager']);
    await http.delete('/orbits/ISS%2F1').expect(204);
    await http.delete('/orbits/ISS%2F1').expect(404);
  });

  it('predicts the passes over all stations, page by page', async () => {
    const path = `/passes?ship=USS%20Enterprise&from=${hours(1)}&to=${hours(48)}`;
    const { body: all } = await http.get(path).expect(200);
    expect(all.length).toBeGreaterThan(4);
    for (const pass of all) {
      expect(pass.culmination.elevation_deg).toBeGreaterThanOrEqual(10);
      expect(pass).toMatchObject({ ship_name: 'USS Enterprise', is_stale: false });
    }

    const pages = [];
    let next: string | undefined = `${path}&limit=3`;
    while (next) {
      const { body, headers }: Response = await http.get(next).expect(200);
      pages.push(...body);
      next = nextOf(headers);
    }
    expect(pages).toEqual(all);

    const { body: high } = await http
      .get(`${path}&station=Nearby&min_elevation=40.5&min_duration=60`)
      .expect(200);
    expect(high).toEqual(
      all.filter(
        (pass: { station: string; duration: number; culmination: { elevation_deg: number } }) =>
          pass.station === 'Nearby' &&
          pass.culmination.elevation_deg >= 40.5 &&
          pass.duration >= 60,
      ),
    );
  });

  it('keeps the window over all pages, also one that begins now', async () => {
    const now = new Date().toISOString().slice(0, -1);
    await http
      .put('/orbits/Today')
      .send({ omm: omm({ EPOCH: now }) })
      .expect(200);
    const starts: string[] = [];
    let next: string | undefined = '/passes?ship=Today&limit=1';
    while (next && starts.length < 100) {
      const { body, headers }: Response = await http.get(next).expect(200);
      starts.push(
        ...body.map(
          (pass: { starts_at: string; station: string }) => `${pass.starts_at} ${pass.station}`,
        ),
      );
      next = nextOf(headers);
    }
    expect(starts.length).toBeGreaterThan(2);
    expect(new Set(starts).size).toBe(starts.length);
    expect(starts).toEqual(starts.toSorted());
    await http.delete('/orbits/Today').expect(204);
  });

  it('proposes contacts, books them on request, and then leaves the same passes out', async () => {
    const wish = {
      from: hours(1),
      to: hours(25),
      ships: [{ ship_name: 'Voyager', priority: 5 }, { ship_name: 'USS Enterprise' }],
    };
    const { body: plan } = await http.post('/passes/propose').send(wish).expect(200);
    expect(plan).toMatchObject({ booked: false, ships_left_out: [] });
    expect(plan.contacts.length).toBeGreaterThan(1);
    expect(plan.left_out[0].reason).toBe('ship-busy');
    expect((await http.get('/scheduler/').expect(200)).body).toEqual([]);

    const asked = http.post('/passes/propose?reason=tonight').set('x-requested-by', 'planner');
    const { body: booked } = await asked.send({ ...wish, book: true }).expect(200);
    expect(booked.contacts.map(timeOf)).toEqual(plan.contacts.map(timeOf));
    for (const { contact_id: id, antenna, start_time, duration } of booked.contacts)
      expect(await scheduler.contact(id)).toMatchObject({ antenna, start_time, duration });

    const { body: again } = await http.post('/passes/propose').send(wish).expect(200);
    expect(again.contacts).toEqual([]);
    const obstacles = again.left_out.map(
      ({ in_the_way: obstacle }: { in_the_way: { contact_id: string } }) => obstacle.contact_id,
    );
    const ids = booked.contacts.map(({ contact_id: id }: { contact_id: string }) => id);
    expect(new Set(obstacles)).toEqual(new Set(ids));
  });

  it('tells which ships have fallen, and goes on with the others', async () => {
    const epoch = hours(-40 * 24).slice(0, -1);
    const window = { from: hours(0), to: hours(24) };
    const falling = omm({ EPOCH: epoch, MEAN_MOTION: 16.2, BSTAR: 0.01 });
    await http.put('/orbits/Icarus').send({ omm: falling }).expect(200);
    const refused = await http
      .get('/passes')
      .query({ ship: 'Icarus', ...window })
      .expect(409);
    expect(refused.body).toMatchObject({ code: 'ORBIT_DECAYED', ship_name: 'Icarus' });
    const { body: plan } = await http.post('/passes/propose').send(window).expect(200);
    expect(plan.ships_left_out).toMatchObject([{ ship_name: 'Icarus', code: 'ORBIT_DECAYED' }]);
    await http.delete('/orbits/Icarus').expect(204);
  });

  it.each([
    [{}, 'body', 'The body must have either tle or omm'],
    [{ tle: ISS, omm: omm() }, 'body', 'The body must have either tle or omm'],
    [{ tle: [ISS[0]] }, 'tle', 'tle must contain at least 2 elements'],
    [{ tle: [ISS[0], 7] }, 'tle', 'each value in tle must be a string'],
    [{ tle: [`${ISS[0]?.slice(0, -1)}8`, ISS[1]] }, 'tle', 'line 1, column 69: the check sum'],
    [{ omm: [] }, 'omm', 'omm must be an object'],
    [{ omm: omm({ BSTAR: null }) }, 'omm.BSTAR', 'BSTAR must be a number'],
    [{ omm: omm({ REF_FRAME: 'GCRF' }) }, 'omm.REF_FRAME', 'REF_FRAME must be TEME'],
    [{ omm: omm({ ECCENTRICITY: 0.9 }) }, 'omm', 'omm is no orbit'],
    [{ name: 'x' }, 'name', 'name is not a known field'],
  ])('takes no elements such as %j', async (body, field, message) => {
    const refused = await http.put('/orbits/Unborn').send(body).expect(400);
    expect(refused.body).toMatchObject({ code: 'VALIDATION_FAILED' });
    const fault = refused.body.errors.find((one: { field: string }) => one.field === field);
    expect(fault?.message).toContain(message);
    await http.get('/orbits/Unborn').expect(404);
  });

  it.each([
    [{ latitude: 90.1 }, 'latitude'],
    [{ longitude: '7' }, 'longitude'],
    [{ min_elevation_deg: 90 }, 'min_elevation_deg'],
    [{ altitude_m: null }, 'altitude_m'],
    [{ antenna: '' }, 'antenna'],
    [{ name: 'x' }, 'name'],
  ])('takes no station with %j', async (given, field) => {
    const { body } = await http
      .put('/stations/X')
      .send({ ...STATION, ...given })
      .expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    await http.get('/stations/X').expect(404);
  });

  it.each([
    ['', 400, 'VALIDATION_FAILED'],
    ['ship=Voyager&from=2030-01-01T00:00:00Z&to=2030-01-01T00:00:00Z', 400, 'VALIDATION_FAILED'],
    ['ship=Voyager&from=2030-01-01T00:00:00Z&to=2030-01-15T00:00:01Z', 400, 'VALIDATION_FAILED'],
    ['ship=Voyager&from=2030-01-01', 400, 'VALIDATION_FAILED'],
    ['ship=Voyager&min_elevation=-1', 400, 'VALIDATION_FAILED'],
    ['ship=Voyager&cursor=WzFd', 400, 'VALIDATION_FAILED'],
    ['ship=Voyager&station=Nowhere', 404, 'STATION_NOT_FOUND'],
    ['ship=Nobody', 404, 'ORBIT_NOT_FOUND'],
    ['ship=Voyager&from=9000-01-01T00:00:00Z', 400, 'VALIDATION_FAILED'],
    ['ship=Voyager&from=2200-01-01T00:00:00Z', 409, 'ELEMENTS_TOO_OLD'],
  ])('predicts nothing for %j', async (query, status, code) => {
    const { body } = await http.get(`/passes?${query}`).expect(status);
    expect(body).toMatchObject({ code });
  });

  it.each([
    [{ ships: [] }, 400],
    [{ ships: [null] }, 400],
    [{ ships: ['Voyager'] }, 400],
    [{ ships: [{ ship_name: 'Voyager' }, { ship_name: 'Voyager' }] }, 400],
    [{ ships: [{ ship_name: 'Voyager', priority: 1_001 }] }, 400],
    [{ ships: [{ ship_name: 'Nobody' }] }, 404],
    [{ stations: ['Nowhere'] }, 404],
    [{ margin_s: -1 }, 400],
    [{ book: 'yes' }, 400],
    [{ from: '2030-01-01T00:00:00Z', to: '2029-01-01T00:00:00Z' }, 400],
  ])('plans nothing for %j', async (plan, status) => {
    const { body } = await http.post('/passes/propose').send(plan).expect(status);
    expect(body.status).toBe(status);
  });
});

const timeOf = ({ start_time, duration }: Timed): Timed => ({ start_time, duration });

const nextOf = (headers: Response['headers']): string | undefined =>
  /<([^>]+)>/.exec(headers['link'] ?? '')?.[1];
