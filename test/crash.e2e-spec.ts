import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { anyPorts } from './support/any-ports.js';
import { ask } from '../scripts/ask.js';
import { PerigeeProcess } from './support/process.js';
import { until } from './support/until.js';

interface Contact {
  readonly id: string;
  readonly state: string;
  readonly fault: string | null;
  readonly end_reason: string | null;
  readonly lateness_ms: number;
  readonly report: ContactReport | null;
}

describe('kill -9 of the whole process', { timeout: 60_000 }, () => {
  let folder: string;
  let perigee: PerigeeProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-crash-'));
    perigee = await PerigeeProcess.start(anyPorts(folder));
  });

  afterEach(async () => {
    await perigee.end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });

  const book = (ship_name: string, inMs: number, duration: number): Promise<Contact> =>
    ask(`${perigee.url('scheduler')}/scheduler/`, {
      ship_name,
      start_time: new Date(Date.now() + inMs).toISOString(),
      duration,
      stream: { format: 'ccsds', interval: 0.02 },
    });
  const contact = (id: string): Promise<Contact> =>
    ask(`${perigee.url('scheduler')}/scheduler/${id}`);
  const contacts = (): Promise<Contact[]> => ask(`${perigee.url('scheduler')}/scheduler/`);

  async function samplesOf(ship: string): Promise<readonly { readonly sequence: number }[]> {
    return ask(`${perigee.url('ingestor')}/ships/${ship}/samples?limit=500`);
  }

  it('loses and doubles no contact: one was running, one was booked', async () => {
    const running = await book('Running', 3_000, 60);
    const booked = await book('Booked', 18_000, 3);
    await until(async () => expect((await samplesOf('Running')).length).toBeGreaterThan(10));
    const stored = await samplesOf('Running');

    await perigee.end('SIGKILL');
    perigee = await PerigeeProcess.start(anyPorts(folder));

    await until(async () => expect((await contact(running.id)).report).not.toBeNull(), 15_000);
    const interrupted = await contact(running.id);
    expect(interrupted.state).toBe('failed');
    expect(interrupted.end_reason).not.toBe('');
    expect(interrupted.report).toMatchObject({ closed: false, state: 'failed' });
    const kept = await samplesOf('Running');
    expect(kept.length).toBe(interrupted.report!.samples_stored);
    for (const sample of stored) expect(kept).toContainEqual(sample);

    await until(async () => expect((await contact(booked.id)).report).not.toBeNull(), 35_000);
    const second = await contact(booked.id);
    expect(second).toMatchObject({ state: 'completed', report: { closed: true } });
    expect(second.lateness_ms).toBeGreaterThanOrEqual(0);
    expect(await contacts()).toHaveLength(2);
  });

  it('brings every contact to an end that was cut off in its very start', async () => {
    const booked = await Promise.all(
      Array.from({ length: 20 }, (_, n) => book(`Ship ${n}`, 3_000, 12)),
    );
    await until(async () => expect((await contact(booked[0]!.id)).state).not.toBe('scheduled'));

    await perigee.end('SIGKILL');
    perigee = await PerigeeProcess.start(anyPorts(folder));

    await until(async () => {
      const states = (await contacts()).map(({ state }) => state);
      for (const state of states) expect(['active', 'failed']).toContain(state);
    }, 8_000);
    await until(async () => {
      for (const { report } of await contacts()) expect(report).not.toBeNull();
    }, 20_000);
    expect(await contacts()).toHaveLength(20);
  });

  it('ends with 0 when it is asked to', async () => {
    expect(await perigee.end('SIGTERM')).toBe(0);
  });
});
