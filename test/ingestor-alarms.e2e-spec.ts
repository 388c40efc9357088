import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AlarmMessage, encodeBatteryPacket } from '#common/contracts';
import { InProcessBus } from '#common/messaging';
import { type TestDatabase, testDatabase } from './support/database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  startIngestor,
} from './support/ingestor.js';
import { freePort } from './support/free-port.js';
import { type FakeStream, FakeShip, SHIP_EPOCH_MS } from './support/ship.js';
import { until } from './support/until.js';

const SHIP = 'Ship / Ünö 100%';
const LIMITS = `/ships/${encodeURIComponent(SHIP)}/limits`;
const VOLTS = { warning: { low: 22, high: 30 }, critical: { low: 20 }, hysteresis: 0.5 };

describe('limits and alarms of the ingestor', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;
  let udpPort: number;
  const told: AlarmMessage[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    udpPort = await freePort();
    await ship.start();
    await listenToAlarms();
    await start();
  });

  afterAll(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  async function start(): Promise<void> {
    const settings = { INGESTOR_UDP_PORT: udpPort };
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url, settings });
  }

  async function listenToAlarms(): Promise<void> {
    const server = bus.server('listener');
    for (const event of ['raised', 'changed', 'cleared', 'acknowledged']) {
      const note = async (data: AlarmMessage): Promise<void> => void told.push(data);
      server.addHandler(`alarm.${event}`, note, true);
    }
    await new Promise<void>((resolve) => server.listen(() => resolve()));
  }

  async function startStream(
    shipName: string,
  ): Promise<{ command: OpenCommand; stream: FakeStream }> {
    const command = opening(300, { format: 'ccsds' }, { ship_name: shipName });
    await openReception(bus, command);
    let stream: FakeStream | undefined;
    await until(async () => {
      const { body } = await ask(app).get('/receptions').expect(200);
      const own = (body as { contact_id: string }[]).find(
        ({ contact_id }) => contact_id === command.contact_id,
      );
      expect(own).toMatchObject({ is_streaming: true });
      stream = ship.streams.at(-1);
    });
    return { command, stream: stream! };
  }

  const send = (stream: FakeStream, sequence: number, volts: number): Promise<void> =>
    ship.send(stream, [
      encodeBatteryPacket({
        apid: stream.request.apid!,
        sequence,
        generatedAtMs: SHIP_EPOCH_MS + sequence,
        records: [
          { battery: 0, mode: 'idle', volts, amperes: 0, celsius: 20, charge: 50 },
          { battery: 1, mode: 'idle', volts: 25, amperes: 0, celsius: 20, charge: 50 },
        ],
      }),
    ]);

  const alarms = async (query = ''): Promise<AlarmMessage[]> => {
    const { body } = await ask(app).get(`/alarms${query}`).expect(200);
    return body as AlarmMessage[];
  };

  it('refuse what cannot be a limit, and keep nothing of it', async () => {
    const refused: [string, object, string][] = [
      ['/mode', VOLTS, 'field'],
      ['/constructor', VOLTS, 'field'],
      ['/volts', {}, 'body'],
      ['/volts', { warning: { low: 3, high: 2 } }, 'body'],
      ['/volts', { ...VOLTS, hysteresis: 5 }, 'body'],
      ['/volts', { ...VOLTS, persistence: -1 }, 'persistence'],
      ['/volts', { ...VOLTS, stale_after: 0 }, 'stale_after'],
      ['/volts', { warning: { low: 'low' } }, 'warning.low'],
      ['/volts', { ...VOLTS, limit: 3 }, 'limit'],
      ['/volts?battery=256', VOLTS, 'battery'],
      ['/volts?battery=', VOLTS, 'battery'],
      ['/volts?battery=0.5', VOLTS, 'battery'],
      ['/volts?batery=1', VOLTS, 'batery'],
    ];
    for (const [path, body, field] of refused) {
      const answer = await ask(app).put(`${LIMITS}${path}`).send(body).expect(400);
      expect([path, answer.body.code, answer.body.errors?.[0]?.field]).toEqual([
        path,
        'VALIDATION_FAILED',
        field,
      ]);
    }
    await ask(app)
      .put(`/ships/${'x'.repeat(129)}/limits/volts`)
      .send(VOLTS)
      .expect(400);
    await ask(app).put('/ships/a%00b/limits/volts').send(VOLTS).expect(400);
    expect((await ask(app).get(LIMITS).expect(200)).body).toEqual([]);
  });

  it('keep the limits of a ship that nobody has heard of yet', async () => {
    const volts = await ask(app).put(`${LIMITS}/volts`).send(VOLTS).expect(200);
    expect(volts.body).toEqual({
      field: 'volts',
      battery: null,
      warning: { low: 22, high: 30 },
      critical: { low: 20, high: null },
      persistence: 0,
      hysteresis: 0.5,
      stale_after: null,
    });
    const celsius = { critical: { high: 60 }, persistence: 1.5, stale_after: 30 };
    const own = await ask(app).put(`${LIMITS}/celsius?battery=3`).send(celsius).expect(200);

    expect((await ask(app).get(LIMITS).expect(200)).body).toEqual([own.body, volts.body]);
    await ask(app).delete(`${LIMITS}/celsius`).expect(404);
    await ask(app).delete(`${LIMITS}/celsius?battery=3`).expect(204);
    const gone = await ask(app).delete(`${LIMITS}/celsius?battery=3`).expect(404);
    expect(gone.body.code).toBe('LIMIT_NOT_FOUND');
    expect((await ask(app).get(LIMITS).expect(200)).body).toEqual([volts.body]);
  });

  it('raise an alarm, go on with it after a restart, and clear it', async () => {
    await ask(app).put(`${LIMITS}/volts`).send(VOLTS).expect(200);
    const { command, stream } = await startStream(SHIP);
    await send(stream, 1, 25);
    await send(stream, 2, 21);
    await until(async () => expect(await alarms()).toHaveLength(1));
    const [alarm] = await alarms();
    expect(alarm).toEqual({
      id: expect.any(String) as string,
      ship: SHIP,
      battery: 0,
      field: 'volts',
      kind: 'limit',
      state: 'open',
      severity: 'warning',
      value: 21,
      limit: 22,
      raised_at: new Date(SHIP_EPOCH_MS + 2).toISOString(),
      worst: { value: 21, at: new Date(SHIP_EPOCH_MS + 2).toISOString() },
      changed_at: new Date(SHIP_EPOCH_MS + 2).toISOString(),
      cleared_at: null,
      acknowledged: null,
      contact_id: command.contact_id,
    });
    await app.close();
    await start();
    await until(async () => {
      const { body } = await ask(app).get('/receptions').expect(200);
      expect(body[0]).toMatchObject({ is_streaming: true });
    });
    await send(stream, 3, 19);
    await until(async () =>
      expect(await alarms()).toMatchObject([{ id: alarm!.id, severity: 'critical', limit: 20 }]),
    );
    await send(stream, 4, 25);
    await until(async () =>
      expect(await alarms('?state=cleared')).toMatchObject([{ id: alarm!.id, state: 'cleared' }]),
    );
    await until(() =>
      expect(told.map(({ id, state, severity }) => [id, state, severity])).toEqual([
        [alarm!.id, 'open', 'warning'],
        [alarm!.id, 'open', 'critical'],
        [alarm!.id, 'cleared', 'critical'],
      ]),
    );
    expect((await ask(app).get(`/alarms/${alarm!.id}`).expect(200)).body).toMatchObject({
      worst: { value: 19 },
    });
    await closeReception(bus, { ...command, reason: 'enough' });
  });

  it('are acknowledged once, by whoever is first', async () => {
    const [alarm] = await alarms();
    const path = `/alarms/${alarm!.id}/acknowledge`;
    const first = await ask(app).post(path).send({ by: 'Uhura', comment: 'seen' }).expect(200);
    expect(first.body).toMatchObject({
      state: 'cleared',
      acknowledged: { by: 'Uhura', comment: 'seen', at: expect.stringMatching(/Z$/) as string },
    });

    const again = await ask(app).post(path).send({ by: 'Uhura' }).expect(200);
    expect(again.body).toEqual(first.body);
    const other = await ask(app).post(path).send({ by: 'Sulu' }).expect(409);
    expect(other.body.code).toBe('ALARM_ACKNOWLEDGED');
    expect(other.body.detail).toContain('Uhura');
    await ask(app).post(path).send({ comment: 'no name' }).expect(400);
    await ask(app).get('/alarms/1').expect(400);
    const nowhere = await ask(app)
      .post(`/alarms/${randomUUID()}/acknowledge`)
      .send({ by: 'Sulu' })
      .expect(404);
    expect(nowhere.body.code).toBe('ALARM_NOT_FOUND');
    await until(() => expect(told.filter(({ acknowledged }) => acknowledged)).toHaveLength(1));
  });

  it('tell of a ship that falls silent, until its contact ends', async () => {
    const path = '/ships/Silent/limits/volts';
    await ask(app).put(path).send({ stale_after: 1 }).expect(200);
    const { command } = await startStream('Silent');
    await until(async () =>
      expect(await alarms('?ship=Silent&state=open')).toMatchObject([
        { kind: 'stale', battery: null, severity: 'warning', value: null, limit: 1 },
      ]),
    );
    await closeReception(bus, { ...command, reason: 'enough' });
    await until(async () =>
      expect(await alarms('?ship=Silent')).toMatchObject([{ state: 'cleared' }]),
    );
  });

  it('are listed in pages and by what is asked for', async () => {
    const page = await ask(app).get('/alarms?limit=1').expect(200);
    expect(page.body).toMatchObject([{ ship: 'Silent' }]);
    const next = /^<([^>]+)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1];
    const rest = await ask(app).get(next!).expect(200);
    expect(rest.body).toMatchObject([{ ship: SHIP }]);
    expect(rest.headers['link']).toBeUndefined();

    expect(await alarms('?severity=critical')).toMatchObject([{ ship: SHIP }]);
    expect(await alarms('?state=acknowledged')).toEqual([]);
    const refused = [
      'state=over',
      'severity=normal',
      'cursor=x',
      'cursor=WyJ4Il0',
      'ship=',
      'by=1',
    ];
    for (const query of refused) await ask(app).get(`/alarms?${query}`).expect(400);
  });

  it('are in the health and in the documentation', async () => {
    const { body } = await ask(app).get('/health/ready').expect(200);
    expect(body.details.alarms).toMatchObject({ status: 'up', waiting: 0, lost: 0 });
    const docs = await ask(app).get('/docs-json').expect(200);
    expect(docs.body.paths).toHaveProperty(['/ships/{name}/limits/{field}', 'put']);
    expect(docs.body.paths).toHaveProperty(['/alarms/{id}/acknowledge', 'post']);
  });
});
