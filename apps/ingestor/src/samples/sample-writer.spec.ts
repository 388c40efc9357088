import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant } from '#common/domain';
import { batteryPacket, readers } from '../adapters/testing/filled-archive.js';
import { InstantTexts } from './instant-texts.js';
import type { ArchivedPacket } from './packet-order.js';
import { samplesOf } from './sample.js';
import { SampleWriter } from './sample-writer.js';

const START = 1_893_456_000_000_000;

const archived = (at: number, receivedAt: number, volts: number): ArchivedPacket => {
  const { contactId, fence, ...frame } = batteryPacket(at, 7, [
    { battery: 1, volts },
    { battery: 0, volts: -volts, mode: 'fault' },
  ]);
  return { ...frame, receivedAt, origin: { contactId, fence, definition: 'battery' } };
};

describe('the writer of samples', () => {
  it('writes as text what it writes as an object', () => {
    const { fields } = readers.battery;
    const packet = fc.tuple(
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 0, max: 3_000_000 }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(
        fc.array(packet),
        fc.subarray([...fields]),
        fc.boolean(),
        (packets, chosen, hasReceivedAt) => {
          const writer = new SampleWriter(chosen, hasReceivedAt);
          for (const [ms, later, volts] of packets) {
            const at = START + ms * 1_000;
            for (const sample of samplesOf(archived(at, at + later, volts), readers.battery))
              expect(writer.textOf(sample)).toBe(JSON.stringify(writer.wireOf(sample)));
          }
        },
      ),
    );
  });

  it('names the definition of a packet that is not ours', () => {
    const reader = readers.named('yamcs-quickstart')!;
    const { origin, ...frame } = archived(START, START, 0);
    const packet = { ...frame, origin, packet: Buffer.alloc(123) };
    const [sample] = samplesOf(packet, reader);
    const wire = new SampleWriter(reader.fields, true).wireOf(sample!);

    expect(Object.keys(wire)).toEqual([
      'contact_id',
      'generated_at',
      'sequence',
      'battery',
      'packet',
      ...reader.fields.map(({ name }) => name),
      'received_at',
    ]);
    expect(wire['packet']).toBe('yamcs-quickstart');
  });
});

describe('texts of instants in a row', () => {
  it('are those of each by itself', () => {
    const instant = fc.oneof(
      fc.integer({ min: START - 2_000_000, max: START + 2_000_000 }),
      fc.integer({ min: -1e15, max: 9e15 }),
      fc.integer({ min: -3_000, max: 3_000 }).map((ms) => ms * 1_000),
    );
    fc.assert(
      fc.property(fc.array(instant), (instants) => {
        const texts = new InstantTexts();
        expect(instants.map((one) => texts.of(one))).toEqual(instants.map(formatInstant));
      }),
    );
  });
});
