import { Logger } from '@nestjs/common';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONTACT_REPORT_REVISED } from '#common/contracts';
import { formatInstant } from '#common/domain';
import { until } from '../../../../test/support/until.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { framesOf } from '../archive/packet-frame.js';
import { LATE_BYTES_MAX, LATE_LOOK_EVERY_MS, LATE_WAIT_MS_MAX } from './late-packets.js';
import { LateUnderTest, SENT } from './testing/late-under-test.js';

describe('late packets', () => {
  let under: LateUnderTest;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(() => {
    under = new LateUnderTest();
  });

  it('tell when the first datagram came, also where nothing came to the holder', async () => {
    const reception = await under.begin();
    const blocks = under.blocks(reception, 6, 5);
    const frames = blocks.flatMap(({ body }) => [...framesOf(body)]);
    const first = Math.min(...frames.map(({ receivedAt }) => receivedAt));
    await under.end(reception);
    expect(await under.report()).toMatchObject({ first_datagram_at: null });
    under.late.take(blocks);
    await under.look();

    const report = await under.report();
    expect(report).toMatchObject({ revision: 2, first_datagram_at: formatInstant(first) });
  });

  it('wait for the end of their contact, and make its report anew', async () => {
    const reception = await under.begin();
    await under.receive(reception, 1, 2, 3);
    under.late.take(under.blocks(reception, 5, 6, 4));
    await under.look();
    expect(under.late.check()).toMatchObject({ waiting: 3, stored: 0 });
    reception.account.restart();
    await under.receive(reception, 9, 10);
    await under.end(reception);
    expect(await under.report()).toMatchObject({
      revision: 1,
      samples_stored: 10,
      numbers: {
        missing: 7,
        missing_ranges: [
          { from: 4, to: 8, cause: 'restart' },
          { from: 11, to: 12, cause: 'lost' },
        ],
      },
    });
    const first = await under.report();
    await under.look();

    expect(await under.report()).toMatchObject({
      state: 'completed',
      revision: 2,
      closed: true,
      ended_at: first.ended_at,
      first_sequence: 1,
      last_sequence: SENT,
      samples_stored: 16,
      datagrams: { received: 8, good: 8, late: 3 },
      numbers: {
        expected: SENT,
        good: 8,
        missing: 4,
        missing_ranges: [
          { from: 7, to: 8, cause: 'restart' },
          { from: 11, to: 12, cause: 'lost' },
        ],
      },
    });
    expect(under.late.check()).toEqual({ status: 'up', waiting: 0, stored: 3, dropped: 0 });
    expect(under.tables.outbox.at(-1)).toMatchObject({
      type: CONTACT_REPORT_REVISED,
      data: { contact_id: reception.contactId, fence: 1, report: await under.report() },
    });
    const archive = new MemoryTelemetryArchive(under.tables);
    expect(await archive.shipWithLatest(reception.opening.shipName)).toMatchObject({
      latest: [
        { battery: 0, sequence: 10 },
        // The batches of this test tell of battery 0 alone.
        { battery: 1, sequence: 6 },
      ],
    });
    expect(under.clock.alarmCount).toBe(0);
  });

  it('add nothing when they come again', async () => {
    const reception = await under.begin();
    await under.receive(reception, 1);
    await under.end(reception);
    for (let times = 0; times < 2; times += 1) {
      under.late.take(under.blocks(reception, 1, 2, 3));
      under.late.take(under.blocks(reception, 3, 2));
      await under.look();
    }

    expect(await under.report()).toMatchObject({
      revision: 2,
      numbers: { good: 3 },
      samples_stored: 6,
    });
    expect(under.tables.outbox).toHaveLength(2);
    expect(under.late.check()).toMatchObject({ waiting: 0, stored: 2, dropped: 0 });
  });

  it('of a receiver that was away to the end leave what comes after them to its absence', async () => {
    const reception = await under.begin();
    await under.receive(reception, 1, 2);
    reception.account.restart();
    await under.end(reception);
    under.late.take(under.blocks(reception, 3, 4));
    await under.look();

    expect((await under.report()).numbers.missing_ranges).toEqual([
      { from: 5, to: SENT, cause: 'restart' },
    ]);
  });

  it('of a receiver that was back before the end leave the end of its absence where it is', async () => {
    const reception = await under.begin();
    await under.receive(reception, 1, 2);
    reception.account.restart();
    reception.account.awayUntil({ firstSequence: 1, lastSequence: 6, sent: 6 });
    await under.end(reception);
    under.late.take(under.blocks(reception, 3, 8));
    await under.look();

    expect((await under.report()).numbers.missing_ranges).toEqual([
      { from: 4, to: 6, cause: 'restart' },
      { from: 7, to: 7, cause: 'lost' },
      { from: 9, to: SENT, cause: 'lost' },
    ]);
  });

  it('are dropped where nothing can be made of them', async () => {
    const known = await under.begin();
    under.late.take(under.blocks(known, 1));
    under.tables.receptions.clear();
    await under.look();
    expect(under.late.check()).toMatchObject({ waiting: 0, dropped: 1 });

    const first = await under.begin({ fence: 1 });
    await under.end(await under.begin({ fence: 2 }));
    under.late.take(under.blocks(first, 1, 2));
    await under.look();
    expect(under.late.check()).toMatchObject({ waiting: 0, dropped: 3 });

    const totals = await under.begin({ fence: 3, format: 'json' });
    await under.end(totals);
    under.late.take(under.blocks(totals, 1));
    await under.look();
    expect(under.late.check()).toMatchObject({ waiting: 0, stored: 0, dropped: 4 });
    expect(await under.report()).toMatchObject({ revision: 1 });
  });

  it('are dropped where the archive has forgotten packets of the contact', async () => {
    const reception = await under.begin();
    await under.receive(reception, 1, 2);
    await under.end(reception);
    under.tables.blocks.clear();
    under.late.take(under.blocks(reception, 3));
    await under.look();

    expect(under.late.check()).toMatchObject({ waiting: 0, dropped: 1 });
    expect(await under.report()).toMatchObject({ revision: 1, numbers: { good: 2 } });
  });

  it('wait a day at most', async () => {
    const reception = await under.begin();
    under.late.take(under.blocks(reception, 1));
    await under.look();
    expect(under.late.check()).toMatchObject({ waiting: 1 });
    under.clock.advance(LATE_WAIT_MS_MAX);
    await until(async () => {
      under.clock.advance(LATE_LOOK_EVERY_MS);
      await new Promise((resolve) => setImmediate(resolve));
      expect(under.late.check()).toMatchObject({ waiting: 0, dropped: 1 });
    });
  });

  it('have a bounded room', async () => {
    const reception = await under.begin();
    const [block] = under.blocks(reception, 1);
    const large = { ...block!, body: Buffer.alloc(LATE_BYTES_MAX / 2) };
    for (let times = 0; times < 3; times += 1) under.late.take([large]);

    expect(under.late.check()).toMatchObject({ waiting: 1, dropped: 2 });
  });

  it('are all stored at the stop, though a look takes but a part of them', async () => {
    const reception = await under.begin();
    await under.end(reception);
    const blocks = under.blocks(reception, 1);
    const [block] = blocks;
    const body = Buffer.concat(Array<Buffer>(20_000).fill(Buffer.from(block!.body)));
    const large = { ...block!, packets: 20_000, body };
    under.late.take([large, large, ...under.blocks(reception, 2)]);
    await under.late.stop();

    expect(under.late.check()).toMatchObject({ waiting: 0, stored: 2, dropped: 0 });
  });

  it('are tried again while the database is away, and a last time at the stop', async () => {
    const reception = await under.begin();
    await under.end(reception);
    under.ours.isAway = true;
    under.late.take(under.blocks(reception, 1));
    await under.look();
    expect(under.late.check()).toMatchObject({ waiting: 1 });
    under.ours.isAway = false;
    await under.late.stop();

    expect(under.late.check()).toMatchObject({ waiting: 0, stored: 1 });
    expect(under.clock.alarmCount).toBe(0);
  });
});
