import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  crc16,
  encodeBatteryPacket,
  encodeBatteryText,
  encodeClosingPacket,
} from '#common/contracts';
import { GOOD_RANGES_MAX } from '#common/domain';
import type { TakenPacket } from '../live/sample-feed.js';
import { batchOf, datagram, SHIP_PORT } from './testing/datagrams.js';
import { IntakeUnderTest } from './testing/intake-under-test.js';

const T0 = 1_900_000_000_000;
/** As `batchOf` says it, but for its part of a microsecond. */
const RECEIVED_AT = 1_900_000_000_000_000;
const TEXT_PORT = 21_000;
const FOREIGN = '127.0.0.2';

const packet = (apid: number, sequence: number, batteries = [0, 1]): Buffer =>
  encodeBatteryPacket({
    apid,
    sequence,
    generatedAtMs: T0 + sequence,
    records: batteries.map((battery) => ({
      battery,
      mode: 'idle',
      volts: 20 + battery,
      amperes: 0,
      celsius: 20,
      charge: 50,
    })),
  });

describe('TelemetryIntake', () => {
  let intake: IntakeUnderTest;

  beforeEach(async () => {
    intake = await IntakeUnderTest.start();
  });

  afterEach(() => intake.close());

  /** One that no socket ever gives out. */
  const takeText = (text: string, address?: string): void =>
    intake.takeAt(TEXT_PORT, datagram(Buffer.from(text), SHIP_PORT, address));

  describe('of packets', () => {
    it('stores each as it came, once per number', async () => {
      const reception = await intake.receive(1, { apid: 1 });
      intake.take(...[1, 2, 2].map((sequence) => datagram(packet(1, sequence))));
      const { frames, blocks, samples } = await intake.stored();

      expect(frames.map((frame) => frame.packet)).toEqual([packet(1, 1), packet(1, 2)]);
      expect(frames[1]).toMatchObject({
        sequence: 2,
        generatedAt: (T0 + 2) * 1_000,
        receivedAt: RECEIVED_AT,
      });
      expect(blocks).toMatchObject([{ definition: 'battery', packets: 2, number: 1 }]);
      expect(samples).toBe(4);
      expect(reception.account.counts()).toMatchObject({ received: 3, good: 2, duplicates: 1 });
      expect(await intake.hot.last('Ship 1', 10)).toEqual(
        [1, 1, 2, 2].map((sequence, nr) =>
          encodeBatteryText({ generatedAt: (T0 + sequence) * 1_000, volts: 20 + (nr % 2) }),
        ),
      );
    });

    it('knows when each was received to the whole microsecond', async () => {
      const reception = await intake.receive(1, { apid: 1 });
      intake.take(datagram(packet(1, 1)));
      const { blocks, frames } = await intake.stored();

      expect(reception.firstDatagramAt).toBe(RECEIVED_AT);
      expect(blocks.map(({ receivedAt }) => receivedAt)).toEqual([RECEIVED_AT]);
      expect(frames.map(({ receivedAt }) => receivedAt)).toEqual([RECEIVED_AT]);
    });

    it('stores a packet that tells of one battery twice, and counts both samples', async () => {
      await intake.receive(1, { apid: 1 });
      intake.take(datagram(packet(1, 1, [7, 7])));

      expect(await intake.stored()).toMatchObject({ samples: 2 });
      expect(intake.tables.latest.size).toBe(1);
    });

    it('tells the archive of the newest packet of each battery, whatever the order', async () => {
      const { shipId } = await intake.receive(1, { apid: 1 });
      intake.take(
        ...[packet(1, 5, [0, 200]), packet(1, 9, [200]), packet(1, 3, [0, 1])].map((data) =>
          datagram(data),
        ),
      );
      await intake.stored();

      const newest = [0, 1, 200].map((battery) => intake.tables.latest.get(`${shipId}/${battery}`));
      expect(newest.map((latest) => latest?.sequence)).toEqual([5, 3, 9]);
      expect(newest[2]?.packet).toEqual(packet(1, 9, [200]));
    });

    it('gives one with a damaged APID to the contact that was sent from that port', async () => {
      const one = await intake.receive(1, { apid: 1 });
      const two = await intake.receive(2, { apid: 2 });
      intake.take(datagram(packet(1, 1), 5_001), datagram(packet(2, 1), 5_002));
      const damaged = packet(1, 2);
      damaged[1] = 2;
      intake.take(datagram(damaged, 5_001));

      expect(one.account.counts()).toMatchObject({ corrupt: 1 });
      expect(two.account.counts()).toMatchObject({ corrupt: 0, received: 1 });
    });

    it('goes by the APID where two contacts are sent from one port', async () => {
      const one = await intake.receive(1, { apid: 1 });
      const two = await intake.receive(2, { apid: 2 });
      const damaged = packet(2, 2);
      damaged[30]! ^= 1;
      intake.take(datagram(packet(1, 1)), datagram(packet(2, 1)), datagram(damaged));

      expect(one.account.counts().corrupt).toBe(0);
      expect(two.account.counts().corrupt).toBe(1);
    });

    it('learns the port of a contact anew after another one ended that used it', async () => {
      const one = await intake.receive(1, { apid: 1 });
      intake.take(datagram(packet(1, 1)));
      intake.routes.remove(one);
      const again = await intake.receive(2, { apid: 1 });
      const damaged = packet(1, 2);
      damaged[1] = 9;
      intake.take(datagram(packet(1, 1)), datagram(damaged));

      expect(again.account.counts()).toMatchObject({ good: 1, corrupt: 1 });
    });

    it('tells a contact what is wrong with a packet that names it and is not damaged', async () => {
      const { account } = await intake.receive(1, { apid: 1 });
      const empty = packet(1, 1);
      empty[18] = 0;
      empty.writeUInt16BE(crc16(empty.subarray(0, -2)), empty.length - 2);
      intake.take(datagram(empty));

      expect(account.counts()).toMatchObject({ good: 0, rejected: { 'wrong-record-count': 1 } });
      expect(intake.strays.get()).toEqual({});
    });

    it('counts strays by reason and stores none', async () => {
      const damaged = packet(9, 1);
      damaged[30]! ^= 1;
      const idle = Buffer.from('07ffc0000002555555', 'hex');
      const strays = [packet(9, 1), Buffer.from('garbage'), damaged, idle];
      intake.take(...strays.map((data) => datagram(data)));
      intake.takeAt(1, datagram(idle));
      intake.intake.shed(1, datagram(idle));

      const once = { unknown_apid: 1, malformed: 1, corrupt: 1, idle: 1, unknown_port: 1, shed: 1 };
      expect(intake.strays.get()).toEqual(once);
      expect((await intake.stored()).blocks).toEqual([]);
    });

    it('takes what is longer than what was kept for too long', async () => {
      const reception = await intake.receive(1, { apid: 1 });
      const long = Buffer.concat([packet(1, 2), Buffer.alloc(60_000)]);
      intake.take(datagram(packet(1, 1)), datagram(long), datagram(packet(1, 3)));

      const { received, good, bytes, rejected } = reception.account.counts();
      expect({ received, good, rejected }).toEqual({
        received: 3,
        good: 2,
        rejected: { 'too-long': 1 },
      });
      expect(bytes).toBe(2 * packet(1, 1).length + long.length);
    });

    it('refuses foreign senders, even of a closing packet', async () => {
      const reception = await intake.receive(1, { apid: 1 });
      const closing = encodeClosingPacket(1, 99, 0);
      intake.take(
        datagram(packet(1, 1), SHIP_PORT, FOREIGN),
        datagram(closing, SHIP_PORT, FOREIGN),
      );

      expect(reception.account.counts()).toMatchObject({
        received: 2,
        rejected: { unknown_source: 2 },
      });
      expect(reception.closingSequence).toBeNull();
    });

    it('sheds what would make more holes than an account can hold', async () => {
      const { account } = await intake.receive(1, { apid: 1 });
      for (let nr = 1; nr <= GOOD_RANGES_MAX; nr += 1) account.takeNumbered(2 * nr, 1);
      intake.take(datagram(packet(1, 2 * GOOD_RANGES_MAX + 2)), datagram(packet(1, 3)));

      expect(account.counts()).toMatchObject({ shed: 1, good: GOOD_RANGES_MAX + 1 });
    });

    it('tells the account what the transport shed, and its number', async () => {
      const reception = await intake.receive(1, { apid: 1 });
      intake.take(datagram(packet(1, 1)));
      intake.intake.shed(intake.udp.sharedPort!, datagram(packet(1, 2)));
      intake.take(datagram(packet(1, 3)));

      const statement = { firstSequence: 1, lastSequence: 3, sent: 3 };
      const { missingRanges } = reception.account.numbers(statement);
      expect(missingRanges).toEqual([{ from: 2, to: 2, cause: 'shed' }]);
    });

    it('hands those that are watched to whoever watches, to keep', async () => {
      const { contactId, shipId } = await intake.receive(1, { apid: 1 });
      await intake.receive(2, { apid: 2 });
      const taken: TakenPacket[] = [];
      const stop = intake.feed.watch('Ship 1', (one) => taken.push(one));
      const batch = batchOf(
        intake.udp.sharedPort!,
        ...[packet(1, 1), packet(2, 1), packet(1, 1), packet(1, 2)].map((data) => datagram(data)),
      );
      intake.intake.take(batch);
      batch.bytes.fill(0);
      stop();
      intake.take(datagram(packet(1, 3)));

      expect(taken.map((one) => one.packet)).toEqual([packet(1, 1), packet(1, 2)]);
      expect(taken[1]).toMatchObject({ contactId, shipId, shipName: 'Ship 1', sequence: 2 });
      expect(taken[1]).toMatchObject({ definition: 'battery', generatedAt: (T0 + 2) * 1_000 });
    });
  });

  describe('of texts', () => {
    const text = encodeBatteryText({ generatedAt: T0 * 1_000 + 7, volts: 5.25 });

    it('stores each as it came, in the order of arrival', async () => {
      const reception = await intake.receive(1, { port: TEXT_PORT });
      takeText(text);
      takeText(text.replace('5.25', '6.5'));
      const { frames, blocks } = await intake.stored();

      expect(frames).toMatchObject([
        { sequence: 1, generatedAt: T0 * 1_000 + 7, packet: Buffer.from(text) },
        { sequence: 2, packet: Buffer.from(text.replace('5.25', '6.5')) },
      ]);
      expect(blocks).toMatchObject([{ definition: 'battery-text', samples: 2 }]);
      expect(reception.account.counts()).toMatchObject({ received: 2, good: 2 });
      expect(await intake.hot.last('Ship 1', 1)).toEqual([text.replace('5.25', '6.5')]);
    });

    it('reads those that are not ASCII as well', async () => {
      await intake.receive(1, { port: TEXT_PORT });
      const foreign = text.replace('{', '{"bemerkung": "für Ωmega", ');
      takeText(foreign);

      expect(await intake.hot.last('Ship 1', 1)).toEqual([foreign]);
    });

    it('rejects by reason what is none, and what others send', async () => {
      const reception = await intake.receive(1, { port: TEXT_PORT });
      takeText('nonsense');
      takeText(text.padEnd(1_025));
      takeText(text, FOREIGN);
      intake.takeAt(TEXT_PORT, datagram(Buffer.from([0x7b, 0xff, 0x7d])));

      expect(reception.account.counts()).toMatchObject({
        received: 4,
        rejected: { 'not-json': 1, 'too-long': 1, unknown_source: 1, 'not-utf8': 1 },
      });
      expect((await intake.stored()).blocks).toEqual([]);
    });

    it('counts what the transport shed', async () => {
      const reception = await intake.receive(1, { port: TEXT_PORT });
      intake.intake.shed(TEXT_PORT, datagram(Buffer.from(text)));
      intake.intake.shed(TEXT_PORT, datagram(Buffer.from(text), SHIP_PORT, FOREIGN));

      expect(reception.account.counts()).toMatchObject({ received: 1, shed: 1 });
      expect(intake.strays.get()).toEqual({ shed: 1 });
    });
  });
});
