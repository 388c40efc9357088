import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { HttpSpaceship } from '../adapters/http-spaceship.client.js';
import { ownFile, readersOf } from '../packets/testing/own-definitions.js';
import { UdpServer } from '../udp/udp.server.js';
import { ForeignShips } from './foreign-ships.js';
import { Reception } from './reception.js';

const SHIP = 'Yamcs quickstart';
const START = 1_900_000_000_000_000;
const SECOND = 1_000_000;

describe('foreign ships', () => {
  let udp: UdpServer;
  let ships: ForeignShips;
  const asked = new HttpSpaceship({ url: 'http://127.0.0.1:1', address: '127.0.0.1' });

  beforeEach(async () => {
    udp = new UdpServer({ host: '127.0.0.1', port: 0, clock: new SystemClock() });
    await new Promise<void>((resolve) => udp.listen(() => resolve()));
    ships = new ForeignShips(readersOf(ownFile('yamcs-quickstart.yml')), asked, udp);
  });

  afterEach(() => udp.close());

  const contact = (nr: number, from: number, to: number): Reception =>
    Reception.openForeign(
      {
        contactId: `contact ${nr}`,
        fence: 1,
        shipName: SHIP,
        plannedStart: START + from * SECOND,
        plannedEnd: START + to * SECOND,
        startedAt: START,
        latenessMs: 0,
        stream: { format: 'ccsds' },
      },
      1,
      null,
      new Set(),
    );

  it('are those of the definitions, at the shared port and their APID', () => {
    expect(ships.has(SHIP)).toBe(true);
    expect(ships.addressOf(SHIP)).toEqual({ port: udp.sharedPort, apid: 100 });
    expect(ships.has('USS Enterprise')).toBe(false);
    expect(ships.addressOf('USS Enterprise')).toBeNull();
  });

  it('are believed from IPv4 addresses as a socket of IPv6 writes them, too', () => {
    expect([...ships.sourcesOf(SHIP)]).toEqual(['127.0.0.1', '::ffff:127.0.0.1']);
    expect(ships.sourcesOf('USS Enterprise').size).toBe(0);
  });

  it('are never asked: whatever one would say is known here', async () => {
    const reception = contact(1, 0, 60);
    const ship = ships.shipOf(reception);

    expect(await ship.addresses()).toEqual(ships.sourcesOf(SHIP));
    expect(await ship.progress('key')).toEqual({ isOver: false, lastSequence: null, sent: null });
    const silence = { lastSequence: null, sent: null };
    expect(await ship.stop('key')).toEqual(silence);
    expect(await ship.redirect('key', { port: 1, apid: 100 })).toEqual(silence);
    expect(ships.shipOf(Reception.open(reception.opening, 1, null))).toBe(asked);
  });

  it('are received by one contact at a time', () => {
    const first = contact(1, 0, 60);

    expect(ships.refusalOf(contact(2, 60, 120), [first])).toBeNull();
    expect(ships.refusalOf(contact(2, 59, 120), [first])).toMatch(
      /^Contact contact 1 receives Yamcs quickstart until 2030-/,
    );
  });

  it('are received by a contact although one before it was called off, or was itself', () => {
    const over = contact(2, 0, 60);
    over.end('stopped');

    expect(ships.refusalOf(contact(1, 0, 60), [over, contact(1, 0, 60)])).toBeNull();
  });
});
