import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBatteryPacket } from '#common/contracts';
import { framesOf } from '../archive/packet-frame.js';
import { datagram } from './testing/datagrams.js';
import { IntakeUnderTest } from './testing/intake-under-test.js';

const T0 = 1_900_000_000_000;

/** Few different values, so that times and batteries meet. */
const packet = fc
  .record({
    apid: fc.integer({ min: 1, max: 2 }),
    sequence: fc.nat(300),
    seconds: fc.nat(400),
    batteries: fc.array(fc.constantFrom(0, 1, 9, 255), { minLength: 1, maxLength: 4 }),
  })
  .map(({ apid, sequence, seconds, batteries }) => ({
    apid,
    sequence,
    data: encodeBatteryPacket({
      apid,
      sequence,
      generatedAtMs: T0 + 1_000 * seconds,
      records: batteries.map((battery) => ({
        battery,
        mode: 'charging',
        volts: sequence,
        amperes: 0,
        celsius: 0,
        charge: 0,
      })),
    }),
  }));

const packets = fc.uniqueArray(packet, {
  maxLength: 60,
  selector: ({ apid, sequence }) => `${apid}/${sequence}`,
});

const received = packets.chain((sent) => {
  const datagrams = sent.map(({ data }) => data);
  const repeated = fc.subarray(datagrams).chain((again) => {
    const all = [...datagrams, ...again];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
  return fc.record({
    sent: fc.constant(datagrams),
    repeated,
    batch: fc.integer({ min: 1, max: 40 }),
  });
});

/** All that the archive was told, in an order that has nothing to do with that of arrival. */
async function storedOf(datagrams: readonly Buffer[], batch: number): Promise<unknown> {
  const intake = await IntakeUnderTest.start();
  await intake.receive(1, { apid: 1 });
  await intake.receive(2, { apid: 2 });
  for (let nr = 0; nr < datagrams.length; nr += batch) {
    intake.take(...datagrams.slice(nr, nr + batch).map((data) => datagram(data)));
    await intake.writer.flush();
  }
  const { blocks, samples } = await intake.stored();
  const frames = blocks.flatMap(({ contactId, definition, body }) =>
    framesOf(body).map(({ sequence, generatedAt, packet: bytes }) =>
      [contactId, definition, generatedAt, sequence, bytes.toString('hex')].join(' '),
    ),
  );
  const latest = [...intake.tables.latest.values()].map((newest) =>
    JSON.stringify({ ...newest, packet: newest.packet.toString('hex') }),
  );
  await intake.close();
  return { samples, frames: frames.toSorted(), latest: latest.toSorted() };
}

describe('TelemetryIntake', () => {
  it('stores the same, whatever the order and however often it comes', async () => {
    await fc.assert(
      fc.asyncProperty(received, async ({ sent, repeated, batch }) => {
        expect(await storedOf(repeated, batch)).toEqual(await storedOf(sent, 7));
      }),
      { numRuns: 25 },
    );
  });
});
