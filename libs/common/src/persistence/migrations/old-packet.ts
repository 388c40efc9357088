import {
  APID_MIN,
  BATTERY_RECORDS_MAX,
  encodeBatteryPacket,
  encodeBatteryText,
} from '#common/contracts';
import { BATTERY_MODES, type Instant, MICROS_PER_SECOND } from '#common/domain';

const MINUTE_MICROS = 60 * MICROS_PER_SECOND;

const micros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

/** Of the tables `samples` and `latest_samples`. */
export const SAMPLE_COLUMNS = [
  'ship_id, contact_id, sequence, battery, mode, volts, amperes, celsius, charge',
  ...['generated_at', 'received_at'].map(micros),
].join(', ');

export interface SampleRow {
  readonly ship_id: number;
  readonly contact_id: string;
  readonly generated_at: string;
  readonly sequence: string;
  readonly battery: number;
  readonly mode: number | null;
  readonly volts: number;
  readonly amperes: number | null;
  readonly celsius: number | null;
  readonly charge: number | null;
  readonly received_at: string;
}

/** The samples that came with one packet, from which it is made again. */
export class OldPacket {
  readonly shipId: number;
  readonly contactId: string;
  readonly sequence: number;
  readonly generatedAt: Instant;
  readonly receivedAt: Instant;
  /** How it was sent: a voltage alone has no mode. */
  readonly definition: 'battery' | 'battery-text';

  constructor(readonly rows: readonly [SampleRow, ...SampleRow[]]) {
    const [first] = rows;
    this.shipId = first.ship_id;
    this.contactId = first.contact_id;
    this.sequence = Number(first.sequence);
    this.generatedAt = Number(first.generated_at);
    this.receivedAt = Number(first.received_at);
    this.definition = definitionOf(first);
  }

  get minute(): Instant {
    return Math.floor(this.generatedAt / MINUTE_MICROS) * MINUTE_MICROS;
  }

  /** As received, but for a tag, and for a JSON text that was written in another way. */
  bytes(apid: number | null): Buffer {
    const { generatedAt, sequence, rows } = this;
    if (this.definition === 'battery-text')
      return Buffer.from(encodeBatteryText({ generatedAt, volts: rows[0].volts }));
    const records = rows.map(({ battery, mode, volts, amperes, celsius, charge }) => ({
      battery,
      mode: BATTERY_MODES[mode ?? 0]!,
      volts,
      amperes: amperes ?? 0,
      celsius: celsius ?? 0,
      charge: charge ?? 0,
    }));
    const generatedAtMs = Math.floor(generatedAt / 1_000);
    return encodeBatteryPacket({ apid: apid ?? APID_MIN, sequence, generatedAtMs, records });
  }
}

const definitionOf = ({ mode }: SampleRow): OldPacket['definition'] =>
  mode === null ? 'battery-text' : 'battery';

/** In the order of the rows, in which those of one packet stand together. */
export function packetsOf(rows: readonly SampleRow[]): OldPacket[] {
  const groups: [SampleRow, ...SampleRow[]][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group && belongsTo(group, row)) group.push(row);
    else groups.push([row]);
  }
  return groups.map((group) => new OldPacket(group));
}

const belongsTo = (
  [first, ...rest]: readonly [SampleRow, ...SampleRow[]],
  row: SampleRow,
): boolean =>
  row.mode !== null &&
  first.mode !== null &&
  rest.length + 1 < BATTERY_RECORDS_MAX &&
  row.ship_id === first.ship_id &&
  row.contact_id === first.contact_id &&
  row.generated_at === first.generated_at &&
  row.sequence === first.sequence;
