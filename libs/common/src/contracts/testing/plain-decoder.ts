import { BATTERY_MODES } from '#common/domain';
import { crc16 } from '../crc16.js';
import type { DecodedPacket } from '../decoded-packet.js';
import type { PacketFault } from '../packet-view.js';

/** The format read in the plainest way, without regard to time: what the fast way is held against. */
export function decodePlainly(datagram: Buffer): DecodedPacket {
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
