import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APID_MAX } from '#common/contracts';
import { ManualClock, SystemClock } from '#common/platform';
import { UdpServer } from '../udp/udp.server.js';
import { AddressPool, apidOfShip, portRange, SHIP_APID_MAX } from './address-pool.js';

const HOST = '127.0.0.1';

describe('AddressPool', () => {
  let udp: UdpServer;
  let other: Socket;
  let first: number;
  let pool: AddressPool;
  let clock: ManualClock;

  beforeEach(async () => {
    udp = new UdpServer({ host: HOST, port: 0, clock: new SystemClock() });
    await new Promise<void>((resolve) => udp.listen(() => resolve()));
    other = createSocket('udp4');
    other.bind(0, HOST);
    await once(other, 'listening');
    first = other.address().port;
    clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
    pool = new AddressPool(udp, { first, last: first + 3 }, clock);
  });

  afterEach(async () => {
    await udp.close();
    other.close();
  });

  it('skips ports that others hold, and ends when none is left', async () => {
    const taken: number[] = [];
    const takeAll = async (): Promise<void> => {
      for (;;) taken.push((await pool.take('json', 1)).port);
    };

    await expect(takeAll()).rejects.toThrow(`No port from ${first} to ${first + 3} is free`);
    expect(taken).not.toContain(first);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBeGreaterThan(0);
  });

  it('gives a port again once it is released', async () => {
    const only = new AddressPool(udp, { first: first + 1, last: first + 1 }, clock);
    const address = await only.take('json', 1);
    await expect(only.take('json', 1)).rejects.toThrow('No port');
    await only.release(address);

    expect(await only.take('json', 1)).toEqual(address);
  });

  it('gives a ship its own APID, and a spare one while that is busy', async () => {
    const own = await pool.take('ccsds', 7);
    const spare = await pool.take('ccsds', 7);
    expect(own).toEqual({ port: udp.sharedPort, apid: 7 });
    expect(spare.apid).toBe(SHIP_APID_MAX + 1);
    await pool.release(own);

    expect(await pool.take('ccsds', 7)).toEqual(own);
  });

  it('gives a retired address to nobody before its time', async () => {
    const only = new AddressPool(udp, { first: first + 1, last: first + 1 }, clock);
    const untilMs = clock.monotonicMs() + 5_000;
    const [port, own] = [await only.take('json', 7), await only.take('ccsds', 7)];
    for (const address of [port, own]) await only.retire(address, untilMs);
    await expect(only.take('json', 7)).rejects.toThrow('No port');
    expect(await only.take('ccsds', 7)).not.toEqual(own);

    clock.advance(5_000);
    expect(await only.take('json', 7)).toEqual(port);
    expect(await only.take('ccsds', 7)).toEqual(own);
  });

  it('gives spare APIDs in turns, from wherever it begins', async () => {
    const turning = new AddressPool(udp, { first, last: first }, clock, APID_MAX);
    const given: number[] = [];
    for (let turn = 0; turn < 600; turn += 1) {
      const address = await turning.take('ccsds', SHIP_APID_MAX + 1);
      given.push(address.apid!);
      await turning.release(address);
    }

    const count = APID_MAX - SHIP_APID_MAX;
    expect(new Set(given).size).toBe(count);
    expect(Math.min(...given)).toBe(SHIP_APID_MAX + 1);
    expect(Math.max(...given)).toBe(APID_MAX);
    for (let turn = count; turn < given.length; turn += 1)
      expect(given[turn]).toBe(given[turn - count]);
  });

  it('takes an address again after a restart, unless it is gone', async () => {
    await pool.retake({ port: udp.sharedPort!, apid: 9 });

    await expect(pool.retake({ port: udp.sharedPort!, apid: 9 })).rejects.toThrow('taken');
    await expect(pool.retake({ port: 1, apid: 10 })).rejects.toThrow('not 1 any more');
    await expect(pool.retake({ port: first, apid: null })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('gives no APID of a foreign ship, and takes none back', async () => {
    const foreign = new Set([7, SHIP_APID_MAX + 1]);
    const beside = new AddressPool(udp, { first, last: first }, clock, 0, foreign);

    expect((await beside.take('ccsds', 7)).apid).toBe(SHIP_APID_MAX + 2);
    expect((await beside.take('ccsds', 8)).apid).toBe(8);
    await expect(beside.retake({ port: udp.sharedPort!, apid: 7 })).rejects.toThrow('taken');
  });

  it('has no APID of their own for ships beyond the last', () => {
    expect(apidOfShip(1)).toBe(1);
    expect(apidOfShip(SHIP_APID_MAX)).toBe(SHIP_APID_MAX);
    expect(apidOfShip(SHIP_APID_MAX + 1)).toBeNull();
  });

  it('reads its range from text', () => {
    expect(portRange('41000-41255')).toEqual({ first: 41_000, last: 41_255 });
  });
});
