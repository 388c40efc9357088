import type { Instant, SequenceRange } from '#common/domain';
import type { PacketBlock } from '../archive/packet-block.js';
import type { LatestPacket, ShipSummary } from '../archive/telemetry-archive.port.js';

export const micros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

/** As a column: what time it is by the clock that decides when contacts start and end. */
export const DATABASE_TIME = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now';

export const instantOrNull = (value: string | null): Instant | null =>
  value === null ? null : Number(value);

export const SHIP_COLUMNS = [
  'id, name, samples_count',
  ...['first_sample_at', 'last_sample_at'].map(micros),
].join(', ');

export interface ShipRow {
  readonly id: number;
  readonly name: string;
  readonly samples_count: string;
  readonly first_sample_at: string | null;
  readonly last_sample_at: string | null;
}

export const shipOf = (row: ShipRow): ShipSummary => ({
  id: row.id,
  name: row.name,
  samplesCount: Number(row.samples_count),
  firstSampleAt: instantOrNull(row.first_sample_at),
  lastSampleAt: instantOrNull(row.last_sample_at),
});

export const BLOCK_COLUMNS = [
  'ship_id, contact_id, fence, number, definition, packets, samples, numbers, body',
  ...['first_at', 'last_at', 'received_at'].map(micros),
].join(', ');

export interface BlockRow {
  readonly ship_id: number;
  readonly contact_id: string;
  readonly fence: string;
  readonly number: string;
  readonly definition: string;
  readonly first_at: string;
  readonly last_at: string;
  readonly received_at: string;
  readonly packets: number;
  readonly samples: number;
  readonly numbers: SequenceRange[];
  readonly body: Buffer;
}

export const blockOf = (row: BlockRow): PacketBlock => ({
  contactId: row.contact_id,
  fence: Number(row.fence),
  shipId: row.ship_id,
  number: Number(row.number),
  definition: row.definition,
  firstAt: Number(row.first_at),
  lastAt: Number(row.last_at),
  receivedAt: Number(row.received_at),
  packets: row.packets,
  samples: row.samples,
  numbers: row.numbers,
  body: row.body,
});

export const LATEST_COLUMNS = [
  'ship_id, battery, contact_id, fence, definition, sequence, packet',
  ...['generated_at', 'received_at'].map(micros),
].join(', ');

export interface LatestRow {
  readonly ship_id: number;
  readonly battery: number;
  readonly contact_id: string;
  readonly fence: string;
  readonly definition: string;
  readonly generated_at: string;
  readonly sequence: string;
  readonly received_at: string;
  readonly packet: Buffer;
}

export const latestPacketOf = (row: LatestRow): LatestPacket => ({
  shipId: row.ship_id,
  battery: row.battery,
  contactId: row.contact_id,
  fence: Number(row.fence),
  definition: row.definition,
  generatedAt: Number(row.generated_at),
  sequence: Number(row.sequence),
  receivedAt: Number(row.received_at),
  packet: row.packet,
});
