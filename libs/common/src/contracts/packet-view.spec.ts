import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATTERY_MODES } from '#common/domain';
import {
  APID_MAX,
  BATTERY_RECORDS_MAX,
  encodeBatteryPacket,
  encodeClosingPacket,
  GENERATED_AT_MS_MAX,
} from './battery-packet.js';
import { crc16 } from './crc16.js';
import { decodeBatteryPacket, type DecodedPacket } from './decoded-packet.js';
import { contactKey, TAG_BYTES } from './packet-signature.js';
import { type PacketFault, PacketView } from './packet-view.js';

const KEY = contactKey('a master secret of more than 32 characters', 'a contact');
const single = fc.float({ noNaN: true, noDefaultInfinity: true });
const record = fc.record({
  battery: fc.nat(255),
  mode: fc.constantFrom(...BATTERY_MODES),
  volts: single,
  amperes: single,
  celsius: single,
  charge: single,
});
const packet = fc.record({
  apid: fc.integer({ min: 1, max: APID_MAX }),
  sequence: fc.nat(0xffff_ffff),
  generatedAtMs: fc.nat(GENERATED_AT_MS_MAX),
  records: fc.array(record, { minLength: 1, maxLength: BATTERY_RECORDS_MAX }),
});

describe('a PacketView', () => {
  it('reads a packet wherever it lies, and after any other', () => {
    const view = new PacketView();
    fc.assert(
      fc.property(packet, fc.nat(40), fc.nat(40), (values, before, behind) => {
        const bytes = encodeBatteryPacket(values);
        const around = Buffer.concat([Buffer.alloc(before, 1), bytes, Buffer.alloc(behind, 2)]);

        expect(view.read(around, before, bytes.length)).toBe('battery');
        const { apid, sequence, generatedAtMs, records } = view;
        expect({ apid, sequence, generatedAtMs }).toEqual({
          apid: values.apid,
          sequence: values.sequence,
          generatedAtMs: values.generatedAtMs,
        });
        expect([...view.batteries.subarray(0, records)]).toEqual(
          values.records.map(({ battery }) => battery),
        );
        expect([...view.volts.subarray(0, records)]).toEqual(
          values.records.map(({ volts }) => volts),
        );
      }),
    );
  });

  it('reads signed packets as such, and only as such', () => {
    const view = new PacketView();
    fc.assert(
      fc.property(packet, (values) => {
        const { apid, sequence, generatedAtMs } = values;
        const signed = encodeBatteryPacket(values, KEY);
        const closing = encodeClosingPacket(apid, sequence, generatedAtMs, KEY);
        const plain = encodeBatteryPacket(values);

        expect(view.read(signed, 0, signed.length, TAG_BYTES)).toBe('battery');
        expect(view.records).toBe(values.records.length);
        expect(view.read(closing, 0, closing.length, TAG_BYTES)).toBe('closing');
        expect(view.sequence).toBe(sequence);
        expect(view.read(signed, 0, signed.length)).toBe('malformed');
        expect(view.read(plain, 0, plain.length, TAG_BYTES)).toBe('malformed');
      }),
    );
  });

  it('says what the plainest way of reading says, of packets with any bytes changed', () => {
    const change = fc.record({ at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) });
    const changed = fc.record({
      values: packet,
      isClosing: fc.boolean(),
      changes: fc.array(change, { maxLength: 3 }),
      isResealed: fc.boolean(),
      cut: fc.option(fc.nat(40)),
    });
    fc.assert(
      fc.property(changed, ({ values, isClosing, changes, isResealed, cut }) => {
        const { apid, sequence, generatedAtMs } = values;
        const whole = isClosing
          ? encodeClosingPacket(apid, sequence, generatedAtMs)
          : encodeBatteryPacket(values);
        const bytes = whole.subarray(0, cut === null ? whole.length : Math.max(2, cut));
        for (const { at, bits } of changes) bytes[at % bytes.length]! ^= bits;
        if (isResealed) bytes.writeUInt16BE(crc16(bytes, bytes.length - 2), bytes.length - 2);

        expect(decodeBatteryPacket(bytes)).toEqual(decodePlainly(bytes));
      }),
      { numRuns: 5_000 },
    );
  });

  it('says what the plainest way of reading says, of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (noise) => {
        expect(decodeBatteryPacket(Buffer.from(noise))).toEqual(decodePlainly(Buffer.from(noise)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('looks at the header alone of what is longer than what was kept', () => {
    const view = new PacketView();

    expect(view.read(Buffer.alloc(2_048, 8), 0, 9_000, TAG_BYTES)).toBe('malformed');
    expect(view.reason).toBe('too-long');
  });
});

/** The format read in the plainest way, without regard to time: what the fast way is held against. */
function decodePlainly(datagram: Buffer): DecodedPacket {
  const size = datagram.length;
  if (size <= 6) return malformed('too-short');
  const identity = datagram.readUInt16BE(0);
  if ((identity & 0x0fff) === 0x07ff)
    return datagram.readUInt16BE(4) === size - 7 ? { kind: 'idle' } : malformed('length-differs');
  if (size < 21) return malformed('too-short');
  if (size > 597) return malformed('too-long');
  const claimed = identity & 0x07ff;
  const sequence = datagram.readUInt32BE(14);
  const areCountsEqual = sequence % 16_384 === datagram.readUInt16BE(2) % 16_384;
  if (crc16(datagram) !== 0) {
    const apid = claimed >= 1 && claimed <= 2_046 ? claimed : null;
    return { kind: 'corrupt', apid, sequence: areCountsEqual ? sequence : null };
  }
  if (identity >>> 12 !== 0) return malformed('wrong-version-or-type');
  if ((identity & 0x0800) === 0) return malformed('no-secondary-header');
  if (datagram.readUInt16BE(4) !== size - 7) return malformed('length-differs');
  if (claimed === 0x07ff) return { kind: 'idle' };
  if (!areCountsEqual) return malformed('counts-differ');
  return decodeBody(datagram, claimed, sequence);
}

function decodeBody(datagram: Buffer, apid: number, sequence: number): DecodedPacket {
  const time = datagram.readBigUInt64BE(6);
  if (time > BigInt(Math.floor(Number.MAX_SAFE_INTEGER / 1_000))) return malformed('wrong-time');
  const flags = datagram[2]! >>> 6;
  const count = datagram[18]!;
  const isFitting = datagram.length === 21 + 18 * count;
  if (flags === 0 && count === 0 && isFitting)
    return { kind: 'closing', apid, lastSequence: sequence };
  if (flags === 1 || flags === 2) return malformed('wrong-sequence-flags');
  if (flags === 0 || count === 0 || !isFitting) return malformed('wrong-record-count');
  const records = [];
  for (let at = 19; at < 19 + 18 * count; at += 18) {
    const mode = BATTERY_MODES[datagram[at + 1]!];
    if (mode === undefined) return malformed('unknown-mode');
    const [volts, amperes, celsius, charge] = [2, 6, 10, 14].map((o) =>
      datagram.readFloatBE(at + o),
    ) as [number, number, number, number];
    if (![volts, amperes, celsius, charge].every(Number.isFinite))
      return malformed('value-not-finite');
    records.push({ battery: datagram[at]!, mode, volts, amperes, celsius, charge });
  }
  return { kind: 'battery', packet: { apid, sequence, generatedAtMs: Number(time), records } };
}

const malformed = (reason: PacketFault): DecodedPacket => ({ kind: 'malformed', reason });
