import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContactReport, decodeBatteryPacket, isSigned } from '#common/contracts';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { until } from '../../../../test/support/until.js';
import { HttpSpaceship } from '../adapters/http-spaceship.client.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { ShipRefusedError } from '../receptions/spaceship.port.js';
import { type ReplayApp, replayApp } from '../adapters/testing/replay-app.js';
import { storedContact } from '../adapters/testing/stored-contact.js';
import { UdpInbox } from './testing/udp-inbox.js';

const APID = 1_500;
const STATEMENT = { firstSequence: 1, lastSequence: 9, sent: 9 };

describe('a recorded contact that plays the ship', () => {
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

  /** As an ingestor would, with SPACESHIP_URL at the recording. */
  const shipOf = ({ contact_id }: ContactReport, slash = '') =>
    new HttpSpaceship({
      url: `${replays.url}/replays/${contact_id}${slash}`,
      address: '127.0.0.1',
    });
  const order = (format: 'ccsds' | 'json', interval = 0) => ({
    shipName: 'A',
    address: { port, apid: format === 'ccsds' ? APID : null },
    stream: { format, interval },
    key: null,
    until: (Date.now() + 60_000) * MICROS_PER_MILLISECOND,
  });

  it.each(['', '/'])('sends all under the APID that is asked for (%j)', async (slash) => {
    const key = Buffer.alloc(32, 1);
    const first = await storedContact(tables, { numbers: [1, 2, 5], statement: STATEMENT, key });
    const ship = shipOf(first, slash);
    const { eventKey, firstSequence } = await ship.start(order('ccsds'));
    expect(firstSequence).toBe(1);

    await until(() => expect(inbox.datagrams).toHaveLength(6));
    const decoded = inbox.datagrams.map(decodeBatteryPacket);
    const packets = decoded.flatMap((one) => (one.kind === 'battery' ? [one.packet] : []));
    expect(packets.map(({ apid, sequence }) => [apid, sequence])).toEqual([
      [APID, 1],
      [APID, 2],
      [APID, 5],
    ]);
    expect(decoded.at(-1)).toEqual({ kind: 'closing', apid: APID, lastSequence: 9 });
    await until(async () => expect(await ship.progress(eventKey)).toMatchObject({ isOver: true }));
    expect(await ship.stop(eventKey)).toEqual({ lastSequence: 9, sent: 9 });
  });

  it('says what it sent when it is stopped before', async () => {
    const numbers = [1, 2, 60_000];
    const statement = { firstSequence: 1, lastSequence: 60_000, sent: 60_000 };
    const first = await storedContact(tables, { numbers, statement });
    const ship = shipOf(first);
    const { eventKey } = await ship.start(order('ccsds', 1));
    await until(() => expect(inbox.datagrams).toHaveLength(2));

    expect(await ship.progress(eventKey)).toEqual({ isOver: false, lastSequence: 2, sent: 2 });
    expect(await ship.stop(eventKey)).toEqual({ lastSequence: 2, sent: 2 });
    await until(() => expect(inbox.datagrams).toHaveLength(5));
  });

  it('says what the ship had sent where datagrams have no number', async () => {
    const given = { format: 'json', numbers: [1, 2, 3], statement: STATEMENT } as const;
    const ship = shipOf(await storedContact(tables, given));
    const { eventKey } = await ship.start(order('json'));

    await until(() => expect(inbox.datagrams).toHaveLength(3));
    await until(async () => expect(await ship.progress(eventKey)).toMatchObject({ isOver: true }));
    expect(await ship.stop(eventKey)).toMatchObject({ sent: 9 });
  });

  it('signs with the key that it is given', async () => {
    const first = await storedContact(tables, { numbers: [1, 2], statement: STATEMENT });
    const key = Buffer.alloc(32, 7);
    const answer = await fetch(`${replays.url}/replays/${first.contact_id}/stream/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        host: '127.0.0.1',
        port,
        format: 'ccsds',
        apid: APID,
        interval: 0,
        key: key.toString('hex'),
      }),
    });
    expect(answer.status).toBe(200);

    await until(() => expect(inbox.datagrams).toHaveLength(5));
    expect(inbox.datagrams.every((datagram) => isSigned(key, datagram))).toBe(true);
  });

  it('refuses what it cannot do', async () => {
    const first = await storedContact(tables, { numbers: [1], statement: STATEMENT });
    await expect(shipOf(first).start(order('json'))).rejects.toThrow('format must be ccsds');
    const unknown = shipOf({ ...first, contact_id: randomUUID() });
    await expect(unknown.start(order('ccsds'))).rejects.toThrow(ShipRefusedError);
    expect(await shipOf(first).stop(randomUUID())).toBeNull();
    const gone = await fetch(`${replays.url}/replays/${first.contact_id}/stream/nothing`);
    expect([gone.status, await gone.json()]).toEqual([404, { detail: 'Event key not found' }]);
  });
});
