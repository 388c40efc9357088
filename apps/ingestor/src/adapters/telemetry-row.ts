import { BATTERY_MODES, type Instant } from '#common/domain';
import type { Sample, ShipSummary } from '../archive/telemetry-archive.port.js';

export const micros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

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

export const SAMPLE_COLUMNS = [
  'contact_id, sequence, battery, mode, volts, amperes, celsius, charge',
  ...['generated_at', 'received_at'].map(micros),
].join(', ');

export interface SampleRow {
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

export const sampleOf = (row: SampleRow): Sample => ({
  contactId: row.contact_id,
  generatedAt: Number(row.generated_at),
  sequence: Number(row.sequence),
  battery: row.battery,
  mode: row.mode === null ? null : (BATTERY_MODES[row.mode] ?? null),
  volts: row.volts,
  amperes: row.amperes,
  celsius: row.celsius,
  charge: row.charge,
  receivedAt: Number(row.received_at),
});
