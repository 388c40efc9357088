import { decodeBatteryText } from '#common/contracts';
import {
  type PacketField,
  PacketReader,
  type PacketSample,
  type PacketVerdict,
} from './packet-reader.js';

export const BATTERY_TEXT = 'battery-text';

/**
 * The datagram of format `json`: one voltage, no number and no battery. It has the fields of every reader of
 * batteries, so that a ship's samples have the same columns whatever it sends.
 */
export class BatteryTextReader extends PacketReader {
  readonly name = BATTERY_TEXT;
  readonly title = 'Battery voltage as JSON text';
  readonly #empty: readonly (number | null)[];
  readonly #voltsAt: number;

  constructor(readonly fields: readonly PacketField[]) {
    super();
    this.#empty = fields.map(() => null);
    this.#voltsAt = fields.findIndex(({ name }) => name === 'volts');
  }

  check(bytes: Buffer, offset: number, length: number): PacketVerdict {
    const decoded = decodeBatteryText(bytes.subarray(offset, offset + length));
    if (decoded.kind === 'malformed') return decoded;
    const { generatedAt } = decoded;
    const unnumbered = { apid: null, count14: null, sequence: null, isTagged: false };
    return { kind: 'good', ...unnumbered, generatedAt, sampleCount: 1 };
  }

  samplesOf(packet: Buffer): readonly PacketSample[] {
    const decoded = decodeBatteryText(packet);
    if (decoded.kind === 'malformed') return [];
    return [{ battery: 0, values: this.#empty.with(this.#voltsAt, decoded.volts) }];
  }
}
