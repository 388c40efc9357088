import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Response } from 'supertest';
import { InProcessBus } from '#common/messaging';
import { type TestDatabase, testDatabase } from './support/database.js';
import { ask, closeReception, opening, openReception, startIngestor } from './support/ingestor.js';
import { FakeShip } from './support/ship.js';
import { until } from './support/until.js';

const SHIP = 'Ship / Ünö 100%';
const PATH = `/ships/${encodeURIComponent(SHIP)}`;
const SAMPLES = 25;

describe('the HTTP API of the ingestor', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url });
    const command = opening(60, { format: 'ccsds' }, { ship_name: SHIP });
    await openReception(bus, command);
    const stream = await ship.nextStream();
    const numbers = Array.from({ length: SAMPLES }, (_, at) => at + 1);
    await ship.send(
      stream,
      numbers.map((n) => ship.packet(stream, n)),
    );
    Object.assign(stream, { last: SAMPLES, sent: SAMPLES });
    await closeReception(bus, { ...command, reason: 'enough' });
    await until(() => ask(app).get(`/contacts/${command.contact_id}/report`).expect(200).then());
  });

  afterAll(async () => {
    await app.close();
    await ship.close();
    await database.drop();
  });

  /** Follows the Link headers to the end. */
  async function all(path: string): Promise<{ pages: number; items: { sequence: number }[] }> {
    const items: { sequence: number }[] = [];
    let pages = 0;
    for (let next: string | undefined = path; next !== undefined; pages += 1) {
      const answer: Response = await ask(app).get(next).expect(200);
      items.push(...(answer.body as { sequence: number }[]));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
    }
    return { pages, items };
  }

  it('gives samples in pages, in order, each once', async () => {
    const { pages, items } = await all(`${PATH}/samples?limit=10`);

    expect(pages).toBe(3);
    expect(items.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: SAMPLES }, (_, at) => at + 1),
    );
    expect(items[0]).toEqual({
      contact_id: expect.any(String),
      generated_at: '2030-01-01T00:00:00.001Z',
      sequence: 1,
      battery: 0,
      mode: 'discharging',
      volts: 28,
      amperes: -1.5,
      celsius: 21.25,
      charge: 87.5,
    });
  });

  it('cuts a half-open range out of time, whatever the offset', async () => {
    const start = encodeURIComponent('2030-01-01T01:00:00.005+01:00');
    const { items } = await all(`${PATH}/samples?start=${start}&end=2030-01-01T00:00:00.008Z`);

    expect(items.map(({ sequence }) => sequence)).toEqual([5, 6, 7]);
  });

  it('knows the latest sample of each battery', async () => {
    const { body } = await ask(app).get(`${PATH}/latest`).expect(200);

    expect(body).toEqual([expect.objectContaining({ battery: 0, sequence: SAMPLES })]);
  });

  it('lists ships with their counts', async () => {
    const { body } = await ask(app).get('/ships/?limit=1').expect(200);

    expect(body).toEqual([expect.objectContaining({ name: SHIP, samples: SAMPLES })]);
  });

  it.each([
    [`${PATH}/samples?limit=0`, 'limit'],
    [`${PATH}/samples?limit=1001`, 'limit'],
    [`${PATH}/samples?limit=ten`, 'limit'],
    [`${PATH}/samples?start=2030-01-01T00:00:00`, 'start'],
    [`${PATH}/samples?end=yesterday`, 'end'],
    [`${PATH}/samples?cursor=x`, 'cursor'],
    [`${PATH}/samples?cursor=WzEsMiwzLDRd`, 'cursor'],
    [`${PATH}/samples?colour=red`, 'colour'],
    ['/ships?cursor=WyJhIiwiYiJd', 'cursor'],
    ['/contacts/17/report', 'contact_id'],
    ['/contacts/17/report/missing', 'contact_id'],
  ])('refuses %s and names the field', async (path, field) => {
    const { body, headers } = await ask(app).get(path).expect(400);

    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it.each([
    ['/ships/Nobody/samples', 'SHIP_NOT_FOUND'],
    ['/ships/%00/latest', 'SHIP_NOT_FOUND'],
    [`/contacts/${randomUUID()}/report`, 'REPORT_NOT_FOUND'],
    [`/contacts/${randomUUID()}/report/missing`, 'REPORT_NOT_FOUND'],
  ])('does not find %s', async (path, code) => {
    const { body } = await ask(app).get(path).expect(404);

    expect(body).toMatchObject({ status: 404, code });
  });

  it('is healthy, and says how', async () => {
    const { body } = await ask(app).get('/health/ready').expect(200);

    expect(body.details).toMatchObject({
      archive: { status: 'up', samples_stored: SAMPLES },
      receptions: { status: 'up', open: 0, outbox_dead: 0 },
      udp: { link: 'ok', shed: 0 },
      hot_lists: { status: 'up' },
      bus: { status: 'up' },
    });
    await ask(app).get('/healthcheck/').expect(200);
  });

  it('documents every field of the report', async () => {
    const { body: documents } = await ask(app).get('/docs-json').expect(200);
    const { schemas } = documents.components;
    const { body: ships } = await ask(app).get(`${PATH}/latest`).expect(200);
    const { body: report } = await ask(app).get(`/contacts/${ships[0].contact_id}/report`);
    const { content } = documents.paths['/contacts/{contact_id}/report'].get.responses['200'];

    expect(content['application/json'].schema.$ref).toMatch(/ContactReportDto$/);
    for (const [name, object] of [
      ['ContactReportDto', report],
      ['DatagramsReportDto', report.datagrams],
      ['NumbersReportDto', report.numbers],
    ])
      expect(Object.keys(schemas[name].properties)).toEqual(
        expect.arrayContaining(Object.keys(object)),
      );
  });
});
