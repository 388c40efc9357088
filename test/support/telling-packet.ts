import { encodeBatteryPacket } from '#common/contracts';
import { type FakeStream, SHIP_EPOCH_MS } from './ship.js';

/** Packets of a second each, so that some make more than a minute. */
const PACKET_MS = 1_000;

/** A packet of which every number and every battery says something else. */
export const tellingPacket = ({ request }: FakeStream, sequence: number, batteries = 2): Buffer =>
  encodeBatteryPacket({
    apid: request.apid!,
    sequence,
    generatedAtMs: SHIP_EPOCH_MS + sequence * PACKET_MS,
    records: Array.from({ length: batteries }, (_, battery) => ({
      battery,
      mode: sequence % 2 === 0 ? ('charging' as const) : ('discharging' as const),
      volts: 24 + battery + (sequence % 16) / 16,
      amperes: sequence % 2 === 0 ? 1.5 : -2.25,
      celsius: 20 + sequence / 8,
      charge: 90 - sequence / 4,
    })),
  });
