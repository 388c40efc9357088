import { BATTERY_MODES } from '#common/domain';
import { FRONT_BYTES, RECORD_BYTES } from './battery-packet-layout.js';
import type { BatteryPacket, BatteryRecord } from './battery-packet.js';
import { type PacketFault, PacketView } from './packet-view.js';

export type DecodedPacket =
  | { readonly kind: 'battery'; readonly packet: BatteryPacket }
  | { readonly kind: 'closing'; readonly apid: number; readonly lastSequence: number }
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'corrupt';
      /** As the packet claims; null where it is too short or claims nothing possible. */
      readonly apid: number | null;
      /** As the packet claims; null where its two counts contradict each other. */
      readonly sequence: number | null;
    }
  | { readonly kind: 'malformed'; readonly reason: PacketFault };

/**
 * One packet without a tag, as an object: for those who look at few. Reads any bytes and never throws.
 */
export function decodeBatteryPacket(datagram: Buffer): DecodedPacket {
  const view = new PacketView();
  switch (view.read(datagram, 0, datagram.length)) {
    case 'battery':
      return { kind: 'battery', packet: packetOf(datagram, view) };
    case 'closing':
      return { kind: 'closing', apid: view.apid!, lastSequence: view.sequence! };
    case 'corrupt':
      return { kind: 'corrupt', apid: view.apid, sequence: view.sequence };
    case 'malformed':
      return { kind: 'malformed', reason: view.reason };
    case 'idle':
      return { kind: 'idle' };
  }
}

const packetOf = (
  datagram: Buffer,
  { apid, sequence, generatedAtMs, records }: PacketView,
): BatteryPacket => ({
  apid: apid!,
  sequence: sequence!,
  generatedAtMs,
  records: Array.from({ length: records }, (_, nr) =>
    recordAt(datagram, FRONT_BYTES + nr * RECORD_BYTES),
  ),
});

const recordAt = (datagram: Buffer, offset: number): BatteryRecord => ({
  battery: datagram.readUInt8(offset),
  mode: BATTERY_MODES[datagram.readUInt8(offset + 1)]!,
  volts: datagram.readFloatBE(offset + 2),
  amperes: datagram.readFloatBE(offset + 6),
  celsius: datagram.readFloatBE(offset + 10),
  charge: datagram.readFloatBE(offset + 14),
});
