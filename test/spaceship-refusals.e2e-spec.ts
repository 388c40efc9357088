import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOOPBACK, ShipUnderTest } from './support/spaceship.js';

let ship: ShipUnderTest;

beforeEach(async () => {
  ship = await ShipUnderTest.launch();
});
afterEach(() => ship.close());

/** The fields that the answer names, once it is sure that nothing was started. */
async function faultyFields(body: unknown): Promise<string[]> {
  const answer = await ship
    .http()
    .post('/stream/')
    .type('application/json')
    .send(JSON.stringify(body))
    .expect(400)
    .expect('content-type', /^application\/problem\+json/);
  expect(await ship.activeCount()).toBe(0);
  return (answer.body as { errors: { field: string }[] }).errors.map(({ field }) => field);
}

async function refusalOf(body: string, type = 'application/json'): Promise<[number, string]> {
  const answer = await ship.http().post('/stream/').type(type).send(body);
  expect(await ship.activeCount()).toBe(0);
  return [answer.status, (answer.body as { code: string }).code];
}

describe('POST /stream/ refuses', () => {
  it.each([
    'localhost',
    'example.com',
    '192.0.2.1',
    '10.0.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '127.255.255.255',
    '::',
    'ff02::1',
    'fe80::1%lo',
    '::1%lo',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '127.0.0.1 ',
    '',
    'a'.repeat(46),
    null,
    17,
    ['127.0.0.1'],
    {},
  ])('the host %j', async (host) => {
    expect(await faultyFields({ host, port: 41_001 })).toEqual(['host']);
  });

  it.each([0, 1, 53, 1_023, 65_536, -1, 41_001.5, 1e308, '41001', null, {}])(
    'the port %j',
    async (port) => {
      expect(await faultyFields({ host: LOOPBACK, port })).toEqual(['port']);
    },
  );

  it.each([
    ['ship_name', ''],
    ['ship_name', 'x'.repeat(129)],
    ['ship_name', 17],
    ['ship_name', null],
    ['ship_name', '\u0000'],
    ['ship_name', '\ud800'],
    ['format', null],
    ['interval', null],
    ['batteries', null],
    ['apid', null],
    ['seed', null],
    ['until', null],
    ['format', 'xml'],
    ['format', ['json']],
    ['interval', -1],
    ['interval', '1'],
    ['interval', 3_601],
    ['batteries', 0],
    ['batteries', 33],
    ['batteries', 1.5],
    ['apid', 0],
    ['apid', 2_047],
    ['seed', -1],
    ['seed', 1.5],
    ['seed', 2 ** 53],
    ['faults', null],
    ['faults', []],
    ['faults', 'many'],
    ['key', 'secret'],
    // Texts cannot be signed.
    ['key', 'ab'.repeat(32)],
    ['epoch', null],
    ['epoch', '2031-01-01T00:00:00'],
    ['epoch', '1969-12-31T23:59:59.999999Z'],
    ['epoch', '2250-01-01T00:00:00.000001Z'],
    ['epoch', 0],
    ['count', null],
    ['count', 0],
    ['count', 1.5],
    ['count', 2 ** 32],
    ['count', '1'],
    ['surprise', 1],
  ])('the field %s with %j', async (field, value) => {
    expect(await faultyFields({ host: LOOPBACK, port: 41_001, [field]: value })).toEqual([field]);
  });

  it.each([
    null,
    '',
    'ab'.repeat(31),
    'ab'.repeat(33),
    'zz'.repeat(32),
    ` ${'ab'.repeat(32)}`,
    7,
    {},
  ])('the key %j of packets', async (key) => {
    const body = { host: LOOPBACK, port: 41_001, format: 'ccsds', apid: 200, key };
    expect(await faultyFields(body)).toEqual(['key']);
  });

  it.each([
    ['faults.loss', { loss: -0.1 }],
    ['faults.loss', { loss: 1.1 }],
    ['faults.loss', { loss: '0.1' }],
    ['faults.loss', { loss: null }],
    ['faults.duplicate', { duplicate: 2 }],
    ['faults.corrupt', { corrupt: true }],
    ['faults.burst', { burst: null }],
    ['faults.burst', { burst: [] }],
    ['faults.burst', { burst: 0.1 }],
    ['faults.burst.length', { burst: { probability: 0.1 } }],
    ['faults.burst.length', { burst: { probability: 0.1, length: 0 } }],
    ['faults.burst.length', { burst: { probability: 0.1, length: 10_001 } }],
    ['faults.burst.probability', { burst: { probability: 7, length: 1 } }],
    ['faults.burst.depth', { burst: { probability: 1, length: 1, depth: 1 } }],
    ['faults.reorder.depth', { reorder: { probability: 0.1, depth: 1_001 } }],
    ['faults.reorder.depth', { reorder: { probability: 0.1, depth: 1.5 } }],
    ['faults.reorder.probability', { reorder: { depth: 3 } }],
    ['faults.delay_ms', { delay_ms: 5 }],
    ['faults.delay_ms', { delay_ms: [] }],
    ['faults.delay_ms', { delay_ms: [1] }],
    ['faults.delay_ms', { delay_ms: [1, 2, 3] }],
    ['faults.delay_ms', { delay_ms: [2, 1] }],
    ['faults.delay_ms', { delay_ms: [-1, 1] }],
    ['faults.delay_ms', { delay_ms: [0, 60_001] }],
    ['faults.delay_ms', { delay_ms: ['1', '2'] }],
    ['faults.delay_ms', { delay_ms: { 0: 1, 1: 2 } }],
    ['faults.blackouts', { blackouts: {} }],
    ['faults.blackouts', { blackouts: [1, 2] }],
    ['faults.blackouts', { blackouts: [[2, 1]] }],
    ['faults.blackouts', { blackouts: [[1, 1]] }],
    ['faults.blackouts', { blackouts: [[1, null]] }],
    ['faults.blackouts', { blackouts: [[0, 1e300]] }],
    ['faults.blackouts', { blackouts: Array.from({ length: 101 }, (_, at) => [at, at + 0.5]) }],
    ['faults.surprise', { surprise: 1 }],
    ['faults.constructor', { constructor: 1 }],
  ])('the field %s in %j', async (field, faults) => {
    expect(await faultyFields({ host: LOOPBACK, port: 41_001, faults })).toEqual([field]);
  });

  it.each([
    [{ port: '45999' }, 'port must be an integer number'],
    [{ port: undefined }, 'port must be an integer number'],
    [{ host: 17 }, 'host must be a string'],
    [{ format: 'ccsds' }, 'apid must be a whole number, and format ccsds needs one'],
    [{ interval: '1' }, 'interval must be a number conforming to the specified constraints'],
    [{ batteries: '1' }, 'batteries must be an integer number'],
    [{ batteries: 33 }, 'batteries must not be greater than 32'],
    [{ surprise: 1 }, 'surprise is not a known field'],
  ])('%j, and says first what is worst', async (given, message) => {
    const body = { host: LOOPBACK, port: 41_001, ...given };
    const answer = await ship.http().post('/stream/').send(body).expect(400);
    expect((answer.body as { errors: object[] }).errors).toMatchObject([{ message }]);
  });

  it('a query, which it does not read', async () => {
    const { body } = await ship.http().get('/stream/?limit=1').expect(400);
    expect((body as { errors: object[] }).errors).toMatchObject([{ field: 'limit' }]);
  });

  it('format ccsds without an APID', async () => {
    const body = { host: LOOPBACK, port: 41_001, format: 'ccsds' };
    expect(await faultyFields(body)).toEqual(['apid']);
  });

  it('a body without its fields, naming each', async () => {
    expect(await faultyFields({})).toEqual(['host', 'port']);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '5',
    '"x"',
    '[{}]',
    '{"host":"127.0.0.1",}',
    '{"__proto__":{}}',
    '{"constructor":{"prototype":{}}}',
  ])('the body %j', async (body) => {
    const [status] = await refusalOf(body);
    expect(status).toBe(400);
  });

  it('a body over 32 KB', async () => {
    const body = JSON.stringify({ host: LOOPBACK, port: 41_001, ship_name: 'x'.repeat(33_000) });
    expect(await refusalOf(body)).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('a body nested over 32 levels', async () => {
    const body = `{"host":${'['.repeat(33)}${']'.repeat(33)}}`;
    expect(await refusalOf(body)).toEqual([400, 'BODY_TOO_DEEP']);
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])(
    'the content type %s',
    async (type) => {
      const body = '{"host":"127.0.0.1","port":41001}';
      expect(await refusalOf(body, type)).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
    },
  );

  it('any other JSON, without ever failing itself', async () => {
    const fields = { host: fc.oneof(fc.ipV6(), fc.string(), fc.jsonValue()), port: fc.jsonValue() };
    const body = fc.oneof(
      fc.json(),
      fc.record(fields).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const answer = await ship.http().post('/stream/').type('application/json').send(text);
        expect(answer.status).toBeGreaterThanOrEqual(200);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an unknown event key', () => {
  it.each(['00000000-0000-4000-8000-000000000000', 'nonsense', '%00', 'a'.repeat(100)])(
    'as %s is answered with the fixed body',
    async (key) => {
      for (const method of ['get', 'delete'] as const) {
        const answer = await ship.http()[method](`/stream/${key}`).expect(404);
        expect(answer.body).toEqual({ detail: 'Event key not found' });
      }
    },
  );
});
