import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBatteryPacket, decodeBatteryText } from '#common/contracts';
import { LOOPBACK, ShipUnderTest } from './support/spaceship.js';
import { until } from './support/until.js';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const CCSDS = { host: LOOPBACK, format: 'ccsds', apid: 200 };

let ship: ShipUnderTest;

/** The numbers of the datagrams, without those that close the stream. */
const numbersIn = (received: readonly Buffer[]): number[] =>
  received
    .map((bytes) => decodeBatteryPacket(bytes))
    .flatMap((decoded) => (decoded.kind === 'battery' ? [decoded.packet.sequence] : []));

const closing = (lastSequence: number) =>
  Array.from({ length: 3 }, () => ({ kind: 'closing', apid: CCSDS.apid, lastSequence }));

async function relaunch(changes: Parameters<typeof ShipUnderTest.launch>[0]): Promise<void> {
  await ship.close();
  ship = await ShipUnderTest.launch(changes);
}

beforeEach(async () => {
  ship = await ShipUnderTest.launch();
});
afterEach(() => ship.close());

describe('POST /stream/', () => {
  it.each(['/stream/', '/stream'])('answers 200 with the fixed message at %s', async (path) => {
    const { port } = await ship.listen();

    const answer = await ship.http().post(path).send({ host: LOOPBACK, port }).expect(200);

    expect(answer.body).toEqual({
      message: 'Communication started',
      event_key: expect.stringMatching(UUID) as unknown,
      first_sequence: 1,
    });
  });

  it('sends the json datagram of the original ship, at once', async () => {
    const { port, received } = await ship.listen();

    await ship.start({ host: LOOPBACK, port });

    await until(() => expect(received).toHaveLength(1));
    expect(String(received[0])).toMatch(
      /^\{"timestamp": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", "description": "Battery Voltage", "value": \d+, "unit": "V"\}$/,
    );
    const reading = decodeBatteryText(received[0] ?? Buffer.alloc(0));
    const volts = reading.kind === 'reading' ? reading.volts : Number.NaN;
    expect(volts).toBeGreaterThanOrEqual(5);
    expect(volts).toBeLessThanOrEqual(30);
  });

  it('sends packets with every battery, numbered from 1', async () => {
    const { port, received } = await ship.listen();

    await ship.start({ ...CCSDS, port, batteries: 4, interval: 0.01 });

    await until(() => expect(received.length).toBeGreaterThan(9));
    expect(numbersIn(received).slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(received[0]).toHaveLength(21 + 4 * 18);
    expect(received[0]?.readUInt16BE(0)).toBe(0x08c8);
  });

  it('keeps its pace: as many datagrams as the time from the first to the last has room for', async () => {
    const { port, received } = await ship.listen();
    await ship.start({ ...CCSDS, port, interval: 0.02 });

    await until(() => expect(received.length).toBeGreaterThan(30));

    const times = received.map((bytes) => Number(bytes.readBigUInt64BE(6)));
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
    // One more or less at either end, by where the last look falls.
    expect(Math.abs(times.length - 1 - seconds / 0.02)).toBeLessThanOrEqual(2);
  });

  it('sends as fast as the cap allows when the interval is 0', async () => {
    const { port, received } = await ship.listen();
    const key = await ship.start({ ...CCSDS, port, interval: 0 });
    await until(() => expect(received.length).toBeGreaterThan(1_000));

    const { sent } = await ship.stop(key);

    // Not all: what comes while this process does not read is more than its socket holds.
    const numbers = numbersIn(received);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(numbers.at(-1)).toBeLessThanOrEqual(sent);
  });

  it('sends the same values for the same seed', async () => {
    const series: string[][] = [];
    for (const seed of [7, 7, 8]) {
      const { port, received } = await ship.listen();
      await ship.start({ ...CCSDS, port, interval: 0.01, seed });
      await until(() => expect(received.length).toBeGreaterThan(4));
      // The record; the time before it differs.
      series.push(received.slice(0, 5).map((bytes) => bytes.toString('hex', 19, 37)));
    }

    expect(series[1]).toEqual(series[0]);
    expect(series[2]).not.toEqual(series[0]);
  });
});

describe('more streams than places', () => {
  it('wait for their turn, counted, while ten send', async () => {
    const receivers = await Promise.all(Array.from({ length: 12 }, () => ship.listen()));
    const keys: string[] = [];
    for (const { port } of receivers) {
      keys.push(await ship.start({ host: LOOPBACK, port, interval: 0.01 }));
    }

    expect(await ship.activeCount()).toBe(12);
    await until(() => {
      for (const { received } of receivers.slice(0, 10)) expect(received.length).toBeGreaterThan(3);
    });
    expect(receivers.slice(10).map(({ received }) => received.length)).toEqual([0, 0]);
    expect(await ship.state(keys[10] ?? '')).toMatchObject({ phase: 'waiting', started_at: null });

    await ship.stop(keys[3] ?? '');

    await until(() => expect(receivers[10]?.received.length).toBeGreaterThan(0));
    expect(receivers[11]?.received).toHaveLength(0);
    expect(await ship.activeCount()).toBe(11);
  });

  it('are refused with 503 when too many wait', async () => {
    await relaunch({ SPACESHIP_STREAMS_MAX: 1, SPACESHIP_STREAMS_WAITING_MAX: 1 });
    const { port } = await ship.listen();
    await ship.start({ host: LOOPBACK, port });
    await ship.start({ host: LOOPBACK, port });

    const answer = await ship.http().post('/stream/').send({ host: LOOPBACK, port }).expect(503);

    expect(answer.body).toMatchObject({ status: 503, code: 'STREAM_QUEUE_FULL' });
    expect(await ship.activeCount()).toBe(2);
  });

  it('can be stopped before their turn, with nothing sent', async () => {
    await relaunch({ SPACESHIP_STREAMS_MAX: 1 });
    const [first, second] = [await ship.listen(), await ship.listen()];
    await ship.start({ host: LOOPBACK, port: first.port });
    const key = await ship.start({ host: LOOPBACK, port: second.port });

    expect(await ship.stop(key)).toMatchObject({ last_sequence: 0, sent: 0 });
    expect(second.received).toHaveLength(0);
  });
});

describe('GET /stream/', () => {
  it('counts the streams', async () => {
    const { port } = await ship.listen();
    const count = async (path: string): Promise<unknown> => (await ship.http().get(path)).body;
    const key = await ship.start({ host: LOOPBACK, port });
    expect(await count('/stream/')).toEqual({ number_of_active_streams: 1 });

    await ship.stop(key);

    expect(await count('/stream')).toEqual({ number_of_active_streams: 0 });
  });
});

describe('GET /stream/{event_key}', () => {
  it('shows a stream while it sends, and after its end', async () => {
    const { port, received } = await ship.listen();
    const options = { ship_name: 'USS Enterprise', interval: 0.05, batteries: 2, seed: 7 };
    const key = await ship.start({ ...CCSDS, port, ...options });
    await until(() => expect(received.length).toBeGreaterThan(1));

    const during = await ship.state(key);
    expect(during).toMatchObject({ event_key: key, ...CCSDS, port, ...options });
    expect(during).toMatchObject({ phase: 'sending', first_sequence: 1, end_reason: null });

    const { last_sequence, sent } = await ship.stop(key);
    const after = await ship.state(`${key}/`);
    expect(after).toMatchObject({ phase: 'ended', end_reason: 'stopped', last_sequence, sent });
  });
});

describe('DELETE /stream/{event_key}', () => {
  it('answers with the account when the closing packets have left', async () => {
    const { port, received } = await ship.listen();
    const key = await ship.start({ ...CCSDS, port, interval: 0.01 });
    await until(() => expect(received.length).toBeGreaterThan(5));

    const answer = await ship.stop(key);

    const { last_sequence, sent } = answer;
    expect(answer).toEqual({ message: 'Communication stopped', last_sequence, sent });
    expect(sent).toBe(last_sequence);
    await until(() => expect(received).toHaveLength(sent + 3));
    expect(received.slice(-3).map((bytes) => decodeBatteryPacket(bytes))).toEqual(closing(sent));
  });

  it('answers 404 with the fixed body the second time', async () => {
    const { port } = await ship.listen();
    const key = await ship.start({ host: LOOPBACK, port });
    await ship.stop(key);

    const answer = await ship.http().delete(`/stream/${key}/`).expect(404);

    expect(answer.body).toEqual({ detail: 'Event key not found' });
  });
});

describe('PATCH /stream/{event_key}', () => {
  it('sends the rest to another address', async () => {
    const [before, after] = [await ship.listen(), await ship.listen()];
    const key = await ship.start({ ...CCSDS, port: before.port, interval: 0.02 });
    await until(() => expect(before.received.length).toBeGreaterThan(2));
    const redirect = { host: LOOPBACK, port: after.port, apid: 201 };
    const { body } = await ship.http().patch(`/stream/${key}/`).send(redirect).expect(200);
    await until(() => expect(after.received.length).toBeGreaterThan(2));
    const { last_sequence } = await ship.stop(key);

    expect(body).toMatchObject({ message: 'Communication redirected', event_key: key });
    expect(await ship.state(key)).toMatchObject({ port: after.port, apid: 201 });
    await until(() => {
      const all = [...numbersIn(before.received), ...numbersIn(after.received)];
      expect(all).toEqual(Array.from({ length: last_sequence }, (_, index) => index + 1));
    });
  });

  it.each([
    ['no port', { host: LOOPBACK }, 'VALIDATION_FAILED'],
    ['an unknown field', { host: LOOPBACK, port: 41_000, seed: 1 }, 'VALIDATION_FAILED'],
    ['a wrong APID', { host: LOOPBACK, port: 41_000, apid: 4_000 }, 'VALIDATION_FAILED'],
    ['a refused address', { host: '10.0.0.1', port: 41_000 }, 'STREAM_TARGET_REFUSED'],
  ])('changes nothing with %s', async (_what, body, code) => {
    const { port, received } = await ship.listen();
    const key = await ship.start({ host: LOOPBACK, port, interval: 0.02 });
    const answer = await ship.http().patch(`/stream/${key}`).send(body).expect(400);
    const before = received.length;

    expect(answer.body).toMatchObject({ code });
    await until(() => expect(received.length).toBeGreaterThan(before));
  });

  it('answers 404 with the fixed body for an unknown stream', async () => {
    const { body } = await ship
      .http()
      .patch('/stream/nothing')
      .send({ host: LOOPBACK, port: 41_000 })
      .expect(404);

    expect(body).toEqual({ detail: 'Event key not found' });
  });
});

describe('the ship', () => {
  it.each(['/healthcheck/', '/healthcheck'])('says on %s that it is up', async (path) => {
    const answer = await ship.http().get(path).expect(200);
    expect(answer.body).toEqual({ message: 'Service is up and running.' });
  });

  it.each(['/health/live', '/health/ready'])('is well on %s', async (path) => {
    const answer = await ship.http().get(path).expect(200);
    expect(answer.body).toMatchObject({ status: 'ok' });
  });

  it('sends the closing packets when it shuts down', async () => {
    const { port, received } = await ship.listen();
    await ship.start({ ...CCSDS, port });
    await until(() => expect(received.length).toBeGreaterThan(0));

    await ship.shutDown();

    await until(() => expect(received.length).toBeGreaterThan(3));
    const last = numbersIn(received).at(-1) ?? 0;
    expect(received.slice(-3).map((bytes) => decodeBatteryPacket(bytes))).toEqual(closing(last));
  });

  it('describes every route with a summary, and every field of the request', async () => {
    const { body } = await ship.http().get('/docs-json').expect(200);
    const { paths, components } = body as {
      paths: Record<string, Record<string, { summary?: string }>>;
      components: { schemas: Record<string, { properties: object }> };
    };

    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations.filter(({ summary }) => !summary)).toEqual([]);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/stream', '/stream/{event_key}', '/stream/{event_key}/ledger']),
    );
    const fields = Object.keys(components.schemas['StreamRequestDto']?.properties ?? {});
    expect(fields.toSorted()).toEqual(
      'apid,batteries,count,epoch,faults,format,host,interval,key,port,seed,ship_name,until'.split(
        ',',
      ),
    );
  });
});
