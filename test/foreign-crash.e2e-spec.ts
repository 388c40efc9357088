import type { Socket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { quickstartPacket } from '../apps/ingestor/src/packets/testing/quickstart-packet.js';
import { ask } from '../scripts/ask.js';
import { anyPorts } from './support/any-ports.js';
import { freeUdpPort, QUICKSTART, udpSocket, WRAP } from './support/foreign-under-test.js';
import { PerigeeProcess } from './support/process.js';
import { until } from './support/until.js';

const FIRST = WRAP - 40;
const SEND_EVERY_MS = 50;
const DEADLINE_MS = 60_000;

interface Sample {
  readonly sequence: number;
  readonly elapsed_seconds: number;
}

interface Contact {
  readonly id: string;
  readonly state: string;
  readonly report: ContactReport | null;
}

describe('kill -9 during the contact of a foreign ship', { timeout: 240_000 }, () => {
  let folder: string;
  let udpPort: number;
  let perigee: PerigeeProcess;
  let link: Socket;
  let sending: NodeJS.Timeout;
  /** The true number of the next packet, which its second also says. */
  let next: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-foreign-'));
    link = await udpSocket('127.0.0.1');
    udpPort = await freeUdpPort();
    next = FIRST;
    await start();
  });

  afterEach(async () => {
    clearInterval(sending);
    link.close();
    await perigee.end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const env = { ...anyPorts(folder), INGESTOR_UDP_PORT: String(udpPort) };
    perigee = await PerigeeProcess.start(env);
  }

  function send(): void {
    const counters = { orbit_number_cumulative: 0, elapsed_seconds: next };
    const packet = quickstartPacket({ count14: next % WRAP, floats: {}, counters, flags: {} });
    next += 1;
    link.send(packet, udpPort, '127.0.0.1');
  }

  const contacts = (): string => `${perigee.url('scheduler')}/scheduler`;

  async function samples(): Promise<Sample[]> {
    const ship = encodeURIComponent(QUICKSTART);
    const query = 'format=ndjson&field=elapsed_seconds';
    const answer = await fetch(`${perigee.url('ingestor')}/ships/${ship}/export?${query}`);
    expect(answer.status).toBe(200);
    const lines = (await answer.text()).trimEnd().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Sample);
  }

  it('loses no number of its wraps, and names what was sent meanwhile', async () => {
    const { id } = await ask<Contact>(`${contacts()}/`, {
      ship_name: QUICKSTART,
      start_time: new Date(Date.now() + 3_000).toISOString(),
      duration: 1_000,
      stream: { format: 'ccsds' },
    });
    await until(async () => {
      expect(await ask<Contact>(`${contacts()}/${id}`)).toMatchObject({ state: 'active' });
    }, DEADLINE_MS);
    sending = setInterval(send, SEND_EVERY_MS);
    await until(async () => expect((await samples()).length).toBeGreaterThan(10), DEADLINE_MS);
    const stored = await samples();
    await perigee.end('SIGKILL');
    // While nobody listens the count wraps, if it has not yet.
    next = Math.max(next, WRAP) + 10;
    await start();
    await until(
      async () => expect((await samples()).length).toBeGreaterThan(stored.length + 100),
      DEADLINE_MS,
    );
    await fetch(`${contacts()}/${id}`, { method: 'DELETE' });
    await until(async () => {
      expect((await ask<Contact>(`${contacts()}/${id}`)).report).not.toBeNull();
    }, DEADLINE_MS);

    const { state, report } = await ask<Contact>(`${contacts()}/${id}`);
    const kept = await samples();
    expect(state).toBe('stopped');
    expect(report).toMatchObject({ closed: false, samples_stored: kept.length });
    for (const { sequence, elapsed_seconds } of kept) expect(sequence).toBe(WRAP + elapsed_seconds);
    for (const sample of stored) expect(kept).toContainEqual(sample);
    const { missing_ranges, good } = report!.numbers;
    const missing = missing_ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    expect(good + missing).toBe(report!.last_sequence! - report!.first_sequence! + 1);
    expect(missing_ranges.filter(({ cause }) => cause === 'restart')).toHaveLength(1);
    expect(report!.last_sequence).toBeGreaterThan(2 * WRAP);
  });
});
