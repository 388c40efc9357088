import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContactReport, decodeBatteryPacket, encodeBatteryText } from '#common/contracts';
import { EventClient } from '../../../../test/support/event-client.js';
import { until } from '../../../../test/support/until.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { framesOf } from '../archive/packet-frame.js';
import { ReplaysService } from './replays.service.js';
import type { ReplayDto, ReplayReportDto } from './replay.dto.js';
import { type ReplayApp, replayApp } from '../adapters/testing/replay-app.js';
import {
  type GivenContact,
  RECORDED_APID,
  RECORDED_AT_MS,
  storedContact,
} from '../adapters/testing/stored-contact.js';
import { UdpInbox } from './testing/udp-inbox.js';

const MAX = 2;
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('replays', () => {
  let tables: MemoryTables;
  let replays: ReplayApp;
  let inbox: UdpInbox;
  let port: number;

  beforeEach(async () => {
    tables = new MemoryTables();
    inbox = new UdpInbox();
    port = await inbox.open();
    replays = await replayApp(tables, { INGESTOR_REPLAYS_MAX: MAX });
  });

  afterEach(async () => {
    await replays.app.close();
    inbox.close();
  });

  const ask = async (method: string, path: string, body?: object) => {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${replays.url}${path}`, sent);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const started = async ({ contact_id }: ContactReport, body: object) => {
    const answer = await ask('POST', `/contacts/${contact_id}/replays`, body);
    expect(answer).toMatchObject({ status: 201, body: { replay_of: contact_id } });
    return answer.body as unknown as ReplayDto;
  };
  const ended = async ({ id }: ReplayDto): Promise<ReplayReportDto> => {
    await until(async () => {
      expect((await ask('GET', `/replays/${id}`)).body['state']).not.toBe('running');
    });
    return (await ask('GET', `/replays/${id}/report`)).body as unknown as ReplayReportDto;
  };
  const toUdp = () => ({ udp: { host: '127.0.0.1', port } });
  const sequencesIn = (datagrams: readonly Buffer[]) =>
    datagrams.flatMap((datagram) => {
      const decoded = decodeBatteryPacket(datagram);
      return decoded.kind === 'battery' ? [decoded.packet.sequence] : [];
    });
  /** Missing for all causes that there are, come in disorder, over more than one block. */
  const troubled = () =>
    storedContact(tables, {
      numbers: [...range(1, 40).toReversed(), ...range(51, 60), 70, ...range(62, 65)],
      statement: { firstSequence: 1, lastSequence: 75, sent: 75 },
      before: ({ account }) => {
        account.corrupt(45, 39);
        account.corrupt(null, 39);
        account.shed(66, 39);
        account.takeControl(21);
        account.reject('unknown_source', 39);
        account.dropInKernel(2);
      },
    });

  it('send the stored packets in order, byte for byte, and the closing packets', async () => {
    const first = await troubled();
    const report = await ended(await started(first, { speed: 0, to: toUdp() }));
    await until(() => expect(inbox.datagrams).toHaveLength(first.numbers.good + 3));

    const stored = [...tables.blocks.values()].flatMap(({ body }) => framesOf(body));
    const sorted = stored.toSorted((a, b) => a.generatedAt - b.generatedAt);
    expect(inbox.datagrams.slice(0, -3)).toEqual(sorted.map(({ packet }) => packet));
    for (const closing of inbox.datagrams.slice(-3).map(decodeBatteryPacket))
      expect(closing).toEqual({ kind: 'closing', apid: RECORDED_APID, lastSequence: 75 });
    expect(report).toMatchObject({ state: 'completed', replay_of: first.contact_id });
  });

  it('report what the first report says, causes and all', async () => {
    const first = await troubled();
    const stored = () => [...tables.blocks].map(([key, { body }]) => [key, body.toString('hex')]);
    const before = stored();
    const report = await ended(await started(first, { speed: 0, to: { events: true } }));

    const causes = new Set(first.numbers.missing_ranges.map(({ cause }) => cause));
    expect(causes).toEqual(new Set(['corrupt', 'shed', 'kernel', 'lost']));
    expect(report.numbers).toEqual(first.numbers);
    expect(report).toMatchObject({
      closed: first.closed,
      first_sequence: first.first_sequence,
      last_sequence: first.last_sequence,
      samples_stored: first.samples_stored,
      datagrams: { received: first.numbers.good, good: first.numbers.good, corrupt: 0 },
    });
    expect(stored()).toEqual(before);
  });

  it('report so also where more is missing than a report shows', async () => {
    const odd = range(1, 2_500).map((nr) => 2 * nr);
    const statement = { firstSequence: 1, lastSequence: 5_000, sent: 5_000 };
    const first = await storedContact(tables, { numbers: odd, statement });
    const report = await ended(await started(first, { speed: 0, to: { events: true } }));

    expect(first.numbers.missing_ranges_total).toBe(2_500);
    expect(report.numbers).toEqual(first.numbers);
    expect(report.samples_stored).toBe(first.samples_stored);
  });

  it('report so also where nobody knows how much is missing beyond what a report shows', async () => {
    const numbers = range(1, 2_500).flatMap((nr) => (nr === 1_001 ? [] : [2 * nr - 1]));
    // Right behind the last range that is shown, and of another cause.
    const before: GivenContact['before'] = ({ account }) => account.corrupt(2_001, 39);
    const first = await storedContact(tables, { numbers, statement: null, before });
    const report = await ended(await started(first, { speed: 0, to: { events: true } }));

    expect(first.numbers).toMatchObject({ missing: null, missing_ranges_total: 2_500 });
    expect(first.numbers.missing_ranges.at(-1)).toEqual({ from: 2_000, to: 2_000, cause: 'lost' });
    expect(report.numbers).toEqual(first.numbers);
  });

  it.each([7, 5])('report so where datagrams have no numbers, %d of 7 received', async (good) => {
    const statement = { firstSequence: 1, lastSequence: 7, sent: 7 };
    const given = { format: 'json', numbers: range(1, good), statement } as const;
    const first = await storedContact(tables, {
      ...given,
      before: ({ account }) => void (good < 7 && account.reject('malformed', 3)),
    });
    const report = await ended(await started(first, { speed: 0, to: toUdp() }));
    await until(() => expect(inbox.datagrams).toHaveLength(good));

    expect(report.numbers).toEqual(first.numbers);
    expect(inbox.datagrams[0]?.toString()).toBe(
      encodeBatteryText({ generatedAt: (RECORDED_AT_MS + 10) * 1_000, volts: 1 }),
    );
  });

  it('report so where the ship never said what it sent', async () => {
    const first = await storedContact(tables, { numbers: [1, 2, 5], statement: null });
    const report = await ended(await started(first, { speed: 0, to: { events: true } }));

    expect(first.numbers.expected).toBeNull();
    expect(report.numbers).toEqual(first.numbers);
  });

  it('are of the start of the contact that was reported', async () => {
    const contactId = randomUUID();
    const statement = { firstSequence: 1, lastSequence: 9, sent: 9 };
    await storedContact(tables, { contactId, numbers: [1, 2, 3], statement });
    const given = { contactId, fence: 2, numbers: [2, 4, 6], statement };
    const first = await storedContact(tables, given);
    const report = await ended(await started(first, { speed: 0, to: toUdp() }));

    await until(() => expect(sequencesIn(inbox.datagrams)).toEqual([2, 4, 6]));
    expect(report.numbers).toEqual(first.numbers);
  });

  it('go to those who listen as events that are marked, with the times of then', async () => {
    const statement = { firstSequence: 1, lastSequence: 3, sent: 3 };
    const first = await storedContact(tables, { numbers: [1, 2, 3], statement });
    const client = new EventClient(`${replays.url}/events?kind=replay`);
    await client.connect();
    const { id } = await started(first, { speed: 0, to: { events: true } });

    const last = () =>
      client
        .named('replay')
        .findLast(({ data }) => data['battery'] === 1 && data['sequence'] === 3);
    await until(() => expect(last()).toBeDefined());
    expect(last()?.data).toMatchObject({
      replay: true,
      replay_id: id,
      contact_id: first.contact_id,
      ship: 'A',
      volts: 3,
      generated_at: '2030-01-01T00:00:00.030Z',
    });
    client.cut();
  });

  it('keep the pace, and stop when they are told to', async () => {
    const statement = { firstSequence: 1, lastSequence: 60_000, sent: 60_000 };
    const first = await storedContact(tables, { numbers: [1, 2, 60_000], statement });
    const replay = await started(first, { to: toUdp() });
    await until(() => expect(sequencesIn(inbox.datagrams)).toEqual([1, 2]));
    expect((await ask('GET', '/replays')).body).toMatchObject([{ id: replay.id, sent: 2 }]);

    const { status, body } = await ask('DELETE', `/replays/${replay.id}`);
    expect({ status, state: body['state'] }).toEqual({ status: 200, state: 'stopped' });
    const report = await ended(replay);
    expect(report.numbers).toMatchObject({ expected: 60_000, good: 2, missing: 59_998 });
    expect(report.numbers.missing_ranges).toEqual([{ from: 3, to: 60_000, cause: 'lost' }]);
  });

  it('stop with the ingestor', async () => {
    const statement = { firstSequence: 1, lastSequence: 60_000, sent: 60_000 };
    const first = await storedContact(tables, { numbers: [1, 60_000], statement });
    const replay = await started(first, { to: { events: true } });
    await replays.app.get(ReplaysService).beforeApplicationShutdown();

    expect((await ask('GET', `/replays/${replay.id}`)).body).toMatchObject({ state: 'stopped' });
    const late = await ask('POST', `/contacts/${first.contact_id}/replays`, {
      to: { events: true },
    });
    expect(late).toMatchObject({ status: 503, body: { code: 'REPLAYS_FULL' } });
  });

  it('are so many at a time', async () => {
    const statement = { firstSequence: 1, lastSequence: 60_000, sent: 60_000 };
    const first = await storedContact(tables, { numbers: [1, 60_000], statement });
    const [one] = [await started(first, { to: toUdp() }), await started(first, { to: toUdp() })];
    const path = `/contacts/${first.contact_id}/replays`;
    const full = await ask('POST', path, { to: toUdp() });
    expect(full).toMatchObject({ status: 503, body: { code: 'REPLAYS_FULL' } });

    await ask('DELETE', `/replays/${one.id}`);
    await started(first, { to: toUdp() });
  });

  it('are refused to anywhere else, at any other speed, of anything else', async () => {
    const { contact_id } = await troubled();
    const path = `/contacts/${contact_id}/replays`;
    const events = { events: true };
    const elsewhere = { udp: { host: '192.0.2.1', port: 5_000 } };
    const refused: [string, object, number, string][] = [
      [path, { to: elsewhere }, 400, 'STREAM_TARGET_REFUSED'],
      [path, { to: { udp: { host: 'localhost', port } } }, 400, 'STREAM_TARGET_REFUSED'],
      [path, { to: { udp: { host: '127.0.0.1', port: 53 } } }, 400, 'VALIDATION_FAILED'],
      [path, { to: { ...events, ...toUdp() } }, 400, 'VALIDATION_FAILED'],
      [path, { to: {} }, 400, 'VALIDATION_FAILED'],
      [path, { to: { events: false } }, 400, 'VALIDATION_FAILED'],
      [path, {}, 400, 'VALIDATION_FAILED'],
      [path, { speed: -1, to: events }, 400, 'VALIDATION_FAILED'],
      [path, { speed: 1_001, to: events }, 400, 'VALIDATION_FAILED'],
      [path, { speed: '10', to: events }, 400, 'VALIDATION_FAILED'],
      [path, { to: events, shift: true }, 400, 'VALIDATION_FAILED'],
      ['/contacts/7/replays', { to: events }, 400, 'VALIDATION_FAILED'],
      [`/contacts/${randomUUID()}/replays`, { to: events }, 404, 'REPORT_NOT_FOUND'],
    ];
    for (const [where, body, status, code] of refused)
      expect([body, await ask('POST', where, body)]).toMatchObject([
        body,
        { status, body: { code } },
      ]);
    for (const method of ['GET', 'DELETE']) {
      const answer = await ask(method, `/replays/${randomUUID()}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'REPLAY_NOT_FOUND' } });
    }
    expect((await ask('GET', '/replays')).body).toEqual([]);
  });
});
