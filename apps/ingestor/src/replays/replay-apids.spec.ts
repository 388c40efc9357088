import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContactReport, decodeBatteryPacket } from '#common/contracts';
import { until } from '../../../../test/support/until.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { type ReplayApp, replayApp } from '../adapters/testing/replay-app.js';
import { RECORDED_APID, storedContact } from '../adapters/testing/stored-contact.js';
import { UdpInbox } from './testing/udp-inbox.js';

const APID = 2_046;
const STATEMENT = { firstSequence: 1, lastSequence: 9, sent: 9 };

describe('a replay under an APID of its own', () => {
  let tables: MemoryTables;
  let replays: ReplayApp;
  let inbox: UdpInbox;
  let port: number;

  beforeEach(async () => {
    tables = new MemoryTables();
    inbox = new UdpInbox();
    port = await inbox.open();
    replays = await replayApp(tables);
  });

  afterEach(async () => {
    await replays.app.close();
    inbox.close();
  });

  async function post({ contact_id }: ContactReport, apid: unknown) {
    const answer = await fetch(`${replays.url}/contacts/${contact_id}/replays`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ speed: 0, to: { udp: { host: '127.0.0.1', port, apid } } }),
    });
    return { status: answer.status, body: (await answer.json()) as object };
  }

  it.each([
    ['without a key', {}],
    ['with one', { key: Buffer.alloc(32, 1) }],
  ])('has all else that the packets said, %s', async (_how, signed) => {
    const given = { numbers: [1, 2, 5], statement: STATEMENT, ...signed };
    const { status, body } = await post(await storedContact(tables, given), APID);
    const to = { udp: { host: '127.0.0.1', port, apid: APID } };
    expect({ status, body }).toMatchObject({ status: 201, body: { to } });

    await until(() => expect(inbox.datagrams).toHaveLength(6));
    const decoded = inbox.datagrams.map(decodeBatteryPacket);
    const packets = decoded.flatMap((one) => (one.kind === 'battery' ? [one.packet] : []));
    expect(packets.map(({ apid, sequence }) => [apid, sequence])).toEqual([
      [APID, 1],
      [APID, 2],
      [APID, 5],
    ]);
    expect(packets[2]?.records.map(({ volts }) => volts)).toEqual([5, 5]);
    const closing = { kind: 'closing', apid: APID, lastSequence: 9 };
    expect(decoded.slice(-3)).toEqual([closing, closing, closing]);
  });

  it('is that of the packets by default', async () => {
    const first = await storedContact(tables, { numbers: [1], statement: STATEMENT });
    const { body } = await post(first, undefined);
    expect(body).toMatchObject({ to: { udp: { host: '127.0.0.1', port } } });

    await until(() => expect(inbox.datagrams).toHaveLength(4));
    expect(inbox.datagrams.map((datagram) => datagram.readUInt16BE(0) & 0x7ff)).toEqual(
      Array(4).fill(RECORDED_APID),
    );
  });

  it.each([0, 2_047, '200', null, 1.5])('is none of %o', async (apid) => {
    const first = await storedContact(tables, { numbers: [1], statement: STATEMENT });
    expect(await post(first, apid)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
  });

  it('is not for texts, which have none', async () => {
    const given = { format: 'json', numbers: [1], statement: STATEMENT } as const;
    expect(await post(await storedContact(tables, given), APID)).toMatchObject({
      status: 400,
      body: { code: 'REPLAY_FORMAT_DIFFERS', errors: [{ field: 'to.udp.apid' }] },
    });
    expect(await (await fetch(`${replays.url}/replays`)).json()).toEqual([]);
  });
});
