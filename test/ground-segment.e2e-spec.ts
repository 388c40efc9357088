import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, startGround } from '../apps/all/src/ground.js';
import type { ContactReport } from '#common/contracts';
import { anyPorts } from './support/any-ports.js';
import { testDatabase, type TestDatabase } from './support/database.js';
import { ask } from '../scripts/ask.js';
import { until } from './support/until.js';

interface Contact {
  readonly id: string;
  readonly state: string;
  readonly lateness_ms: number;
  readonly end_reason: string | null;
  readonly report: ContactReport | null;
}

interface StreamLedger {
  readonly totals: Readonly<Record<'numbers' | 'lost' | 'repeated', number>>;
}

/** The whole way: booked over HTTP, started, streamed over UDP, stored, accounted for. */
describe('the ground segment', () => {
  let folder: string;
  let database: TestDatabase;
  let ground: Ground;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-ground-'));
    database = await testDatabase();
    ground = await startGround({ ...anyPorts(folder), DATABASE_URL: database.url });
  });

  afterAll(async () => {
    await ground.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const book = (given: object): Promise<Contact> =>
    ask(`${ground.urls.scheduler}/scheduler/`, {
      start_time: new Date(Date.now() + 3_000).toISOString(),
      duration: 2,
      ...given,
    });
  const contact = (id: string): Promise<Contact> => ask(`${ground.urls.scheduler}/scheduler/${id}`);

  async function ended(id: string): Promise<Contact> {
    let last: Contact | null = null;
    await until(async () => {
      last = await contact(id);
      expect(last).not.toMatchObject({ report: null });
    }, 20_000);
    return last!;
  }

  it('holds ten contacts with ten ships at once, each to a closed account', async () => {
    const ships = Array.from({ length: 10 }, (_, n) => `Ship ${n}`);
    const booked = await Promise.all(
      ships.map((ship_name, seed) =>
        book({ ship_name, stream: { format: 'ccsds', interval: 0.02, batteries: 2, seed } }),
      ),
    );
    for (const { id } of booked) {
      const { state, report, lateness_ms } = await ended(id);
      expect(state).toBe('completed');
      expect(lateness_ms).toBeGreaterThanOrEqual(0);
      expect(report).toMatchObject({ closed: true, accounting: 'sequence' });
      expect(report!.numbers).toMatchObject({ missing: 0, missing_ranges: [] });
      expect(report!.numbers.good).toBeGreaterThan(50);
      expect(report!.samples_stored).toBe(report!.numbers.good * 2);
    }
  });

  it('receives the datagrams of the original, and shows what it stored', async () => {
    const { id } = await book({ ship_name: 'Voyager / 1', stream: { interval: 0.05 } });
    const { report } = await ended(id);
    expect(report).toMatchObject({ closed: true, accounting: 'totals', state: 'completed' });
    expect(await ask(`${ground.urls.ingestor}/contacts/${id}/report`)).toEqual(report);

    const ship = `${ground.urls.ingestor}/ships/${encodeURIComponent('Voyager / 1')}`;
    const samples = await ask<{ volts: number; contact_id: string }[]>(`${ship}/samples?limit=500`);
    expect(samples).toHaveLength(report!.samples_stored);
    for (const sample of samples) {
      expect(sample.contact_id).toBe(id);
      expect(sample.volts).toBeGreaterThanOrEqual(5);
      expect(sample.volts).toBeLessThanOrEqual(30);
    }
  });

  it('leads from a contact to the ledger that its account is held against', async () => {
    const faults = { loss: 0.2, duplicate: 0.2 };
    const stream = { format: 'ccsds', interval: 0.01, seed: 4, faults };
    const { id } = await book({ ship_name: 'Ledger', stream });
    const { report } = await ended(id);

    const of = `${ground.urls.ingestor}/contacts/${id}/stream`;
    const { event_key, ...told } = await ask<{ event_key: string }>(of);
    expect(told).toMatchObject({ contact_id: id, first_sequence: report!.first_sequence });
    const { totals } = await ask<StreamLedger>(
      `${ground.urls.spaceship}/stream/${event_key}/ledger`,
    );
    expect(totals.lost).toBeGreaterThan(0);
    expect(report!.numbers).toMatchObject({ expected: totals.numbers, missing: totals.lost });
    expect(report!.datagrams.duplicates).toBe(totals.repeated);

    const unknown = await fetch(of.replace(id, randomUUID()));
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });

  it('stops a contact on request, with its account', async () => {
    const { id } = await book({ ship_name: 'Pioneer', duration: 60 });
    await until(async () => expect((await contact(id)).state).toBe('active'));
    const response = await fetch(`${ground.urls.scheduler}/scheduler/${id}`, { method: 'DELETE' });
    expect(response.status).toBe(200);
    expect(await ended(id)).toMatchObject({ state: 'stopped', report: { state: 'stopped' } });
    await until(async () => {
      const active = await ask(`${ground.urls.spaceship}/stream/`);
      expect(active).toEqual({ number_of_active_streams: 0 });
    });
  });

  it("cancels a ship's contacts when its rocket explodes, and books no more", async () => {
    const channel = randomUUID();
    const start_time = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await book({ ship_name: 'Soyuz', channel, start_time });
    await ask(`${ground.urls.rocketMonitor}/messages`, {
      metadata: {
        channel,
        messageNumber: 3,
        messageTime: '2022-02-02T19:39:05.86337+01:00',
        messageType: 'RocketExploded',
      },
      message: { reason: 'FROZEN_O_RINGS' },
    });
    await until(async () => {
      const { state, end_reason } = await contact(id);
      expect({ state, end_reason }).toMatchObject({
        state: 'cancelled',
        end_reason: expect.stringContaining('FROZEN_O_RINGS'),
      });
    });
    await expect(book({ ship_name: 'Soyuz', channel, start_time })).rejects.toThrow('409');
  });

  it('is ready, all of it', async () => {
    for (const url of Object.values(ground.urls))
      expect(await ask(`${url}/health/ready`)).toMatchObject({ status: 'ok' });
  });
});
