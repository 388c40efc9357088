import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { opening, openReception, reportOf } from './support/ingestor.js';
import { counted, ForeignUnderTest, QUICKSTART, WRAP } from './support/foreign-under-test.js';
import { until } from './support/until.js';

describe('the contacts of a foreign ship', () => {
  let test: ForeignUnderTest;

  beforeEach(async () => {
    test = await ForeignUnderTest.start();
  });

  afterEach(() => test.close());

  it('is listened to again by the next start, which goes on with its numbers', async () => {
    const command = await test.listen();
    await test.send([16_382, 16_383].map(counted));
    await test.received(command, 2);
    await test.app.close();
    await test.send([0, 1].map(counted));
    await test.startApp();
    await test.send([16_383, 2, 3].map(counted));
    await test.received(command, 5);
    await test.stop(command);

    expect(await reportOf(test.app, command)).toMatchObject({
      state: 'stopped',
      first_sequence: WRAP + 16_382,
      last_sequence: 2 * WRAP + 3,
      datagrams: { received: 5, good: 4, duplicates: 1 },
      numbers: { missing_ranges: [{ from: 2 * WRAP, to: 2 * WRAP + 1, cause: 'restart' }] },
      samples_stored: 4,
    });
  });

  it('is given up when the planned end passed while nobody listened', async () => {
    const command = await test.listen();
    await test.app.close();
    await test.passTheEndOf(command);
    await test.startApp();

    expect(await reportOf(test.app, command)).toMatchObject({ state: 'failed', closed: false });
    const reason = 'The ingestor was away at the planned end';
    await until(() => expect(test.told).toMatchObject([{ fault: 'system', reason }]));
  });

  it('is given up when no definition names it any more', async () => {
    const command = await test.listen();
    await test.app.close();
    const noPackets = await mkdtemp(join(tmpdir(), 'perigee-no-packets-'));
    await test.startApp({ INGESTOR_PACKETS: noPackets });

    expect(await reportOf(test.app, command)).toMatchObject({ state: 'failed', closed: false });
    const reason = `No packet definition names the ship ${QUICKSTART} any more`;
    await until(() => expect(test.told).toMatchObject([{ fault: 'system', reason }]));
    expect(test.ship.requests).toEqual([]);
    await rm(noPackets, { recursive: true });
  });

  it.each([
    [{ format: 'json' }, 'sends packets: book it with "stream": {"format": "ccsds"}'],
    [{ format: 'ccsds', interval: 1 }, 'how to send: book it without stream.interval'],
  ] as const)('is not received by a booking with %o', async (stream, reason) => {
    const command = opening(60, stream, { ship_name: QUICKSTART });
    await openReception(test.bus, command);

    expect(await reportOf(test.app, command)).toMatchObject({ state: 'failed', closed: false });
    await until(() =>
      expect(test.told).toMatchObject([{ fault: 'user', reason: expect.stringContaining(reason) }]),
    );
    expect(test.ship.requests).toEqual([]);
  });

  it('belongs to one contact at a time', async () => {
    const first = await test.listen();
    const second = test.booked();
    await openReception(test.bus, second);
    await reportOf(test.app, second);
    await until(() =>
      expect(test.told).toMatchObject([
        { fault: 'user', reason: expect.stringContaining(`Contact ${first.contact_id} receives`) },
      ]),
    );
    await test.send([counted(1)]);
    await test.received(first, 1);
    await test.stop(first);

    expect(await reportOf(test.app, first)).toMatchObject({ state: 'stopped', samples_stored: 1 });
  });

  it('goes over to the next contact, and to a higher fence', async () => {
    const first = await test.listen();
    const next = test.booked(60, { planned_start: first.planned_end });
    await test.listen(next);
    const again = { ...next, fence: 2, planned_end: new Date(Date.now() + 90_000).toISOString() };
    await test.listen(again);
    await test.send([counted(1)]);
    await test.received(next, 1);
    await Promise.all([test.stop(first), test.stop(again)]);

    expect(await reportOf(test.app, first)).toMatchObject({ datagrams: { received: 0 } });
    expect(await reportOf(test.app, next)).toMatchObject({ datagrams: { received: 1, good: 1 } });
  });
});
