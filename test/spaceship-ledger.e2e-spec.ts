import { createHash } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contactKey, isSigned } from '#common/contracts';
import { LOOPBACK, ShipUnderTest } from './support/spaceship.js';
import { until } from './support/until.js';

const KEY = contactKey('secret', 'contact');
const CCSDS = { host: LOOPBACK, format: 'ccsds', apid: 200, interval: 0.002 };
const REPEATABLE = { ...CCSDS, seed: 7, epoch: '2031-01-01T00:00:00Z', count: 150 };
const FAULTS = {
  loss: 0.05,
  burst: { probability: 0.005, length: 5 },
  duplicate: 0.05,
  reorder: { probability: 0.1, depth: 5 },
  corrupt: 0.05,
  delay_ms: [1, 9],
  blackouts: [[0.1, 0.15]],
};

let ship: ShipUnderTest;

beforeEach(async () => {
  ship = await ShipUnderTest.launch();
});
afterEach(() => ship.close());

async function sendAll(body: object): Promise<{ key: string; received: readonly Buffer[] }> {
  const { port, received } = await ship.listen();
  const key = await ship.start({ ...body, port });
  await until(async () => expect(await ship.state(key)).toMatchObject({ phase: 'ended' }));
  expect(await ship.state(key)).toMatchObject({ end_reason: 'finished' });
  return { key, received };
}

describe('GET /stream/{event_key}/ledger', () => {
  it('agrees with all that came', async () => {
    const { key, received } = await sendAll({ ...REPEATABLE, faults: FAULTS });

    const { totals, entries, sha256, ...ledger } = await ship.ledger(key);

    expect(ledger).toEqual({ event_key: key, phase: 'ended', seed: 7 });
    await until(() => expect(received).toHaveLength(totals.datagrams + totals.closing));
    expect(createHash('sha256').update(Buffer.concat(received)).digest('hex')).toBe(sha256);
    expect(entries).toHaveLength(150);
    expect(totals.datagrams).toBe(totals.intact + totals.repeated + totals.corrupted);
    expect(totals).toMatchObject({ numbers: 150, held: 0, refused: 0, closing: 3 });
    for (const action of ['lost', 'duplicated', 'reordered', 'recorded'] as const)
      expect(totals[action]).toBeGreaterThan(0);
  });

  it('has the same SHA-256 for the same seed and request, and another for another seed', async () => {
    const hashes: string[] = [];
    for (const seed of [7, 7, 8]) {
      const { key } = await sendAll({ ...REPEATABLE, faults: FAULTS, seed });
      hashes.push((await ship.ledger(key)).sha256);
    }

    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('leaves out what was just sent with only=faults', async () => {
    const { key } = await sendAll({ ...REPEATABLE, faults: { loss: 0.1, duplicate: 0.1 } });

    const { entries, totals } = await ship.ledger(`${key}`, '?only=faults');

    expect(entries).toHaveLength(totals.lost + totals.duplicated);
    expect(entries.filter(({ did }) => did.join() === 'sent')).toEqual([]);
  });

  it('is there while the stream sends, and without faults', async () => {
    const { port } = await ship.listen();
    const key = await ship.start({ host: LOOPBACK, port, interval: 0.01 });
    await until(async () => {
      const { phase, entries } = await ship.ledger(key);
      expect(phase).toBe('sending');
      expect(entries.length).toBeGreaterThan(5);
      expect(entries[4]).toEqual({ number: 5, did: ['sent'], datagrams: 1, corrupted: 0 });
    });
    expect((await ship.ledger(key, '?only=faults')).entries).toEqual([]);
  });

  it('answers 404 with the fixed body for an unknown stream', async () => {
    const { body } = await ship.http().get('/stream/nothing/ledger').expect(404);

    expect(body).toEqual({ detail: 'Event key not found' });
  });

  it.each(['?only=losses', '?only=faults&only=faults', '?onyl=faults'])(
    'refuses %s',
    async (query) => {
      const { key } = await sendAll({ ...REPEATABLE, count: 1 });
      const { body } = await ship.http().get(`/stream/${key}/ledger${query}`).expect(400);

      expect(body).toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );
});

describe('a key', () => {
  it('signs all packets, and is in no answer and no line of the log', async () => {
    const lines: string[] = [];
    const write = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts));
    const logger: LoggerService = { log: write, error: write, warn: write, debug: write };
    await ship.close();
    ship = await ShipUnderTest.launch({}, logger);
    const hex = KEY.toString('hex');

    const { key, received } = await sendAll({ ...REPEATABLE, count: 5, key: hex.toUpperCase() });
    await until(() => expect(received).toHaveLength(5 + 3));
    for (const bytes of received) expect(isSigned(KEY, bytes)).toBe(true);
    const refused = { ...REPEATABLE, port: 41_000, key: `${hex}0` };
    const answers = [
      await ship.http().post('/stream').send(refused).expect(400),
      await ship
        .http()
        .post('/stream')
        .send({ ...refused, key: hex, host: '10.0.0.1' })
        .expect(400),
      await ship.http().get(`/stream/${key}`).expect(200),
      await ship.http().get(`/stream/${key}/ledger`).expect(200),
      await ship.http().delete(`/stream/${key}`).expect(200),
    ];

    const told = [...lines, ...answers.map(({ text }) => text)].join('\n').toLowerCase();
    expect(lines.join()).toContain('A stream ended');
    expect(told).not.toContain(hex.slice(0, 16));
    expect(told).not.toContain(KEY.toString('base64').slice(0, 16).toLowerCase());
    expect(told).not.toContain([...KEY.subarray(0, 8)].join());
  });
});
