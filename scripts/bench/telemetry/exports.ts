import { randomUUID } from 'node:crypto';
import type { BenchContext } from '../context.js';
import type { Row } from '../figure.js';
import { fill } from './fill.js';
import type { Ground } from './ground.js';
import { figure, memoryRows } from './memory-rows.js';
import { watchResident } from './resident-watch.js';
import { type Download, download } from './timed-get.js';

const FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof FORMATS)[number];

const RECORDS = 32;
const STEP_MICROS = 100_000;
const EXPORT_MS_MAX = 300_000;
const PARQUET_EDGE = 'PAR1';

/** All samples of a ship in each format, with what the ingestor holds in memory meanwhile. */
export async function exportRows(ground: Ground, context: BenchContext): Promise<Row[]> {
  const { options, signal, onProgress } = context;
  onProgress(`reads: ${options.exportSamples} samples to export`);
  const shipName = `export ${randomUUID()}`;
  const packets = Math.ceil(options.exportSamples / RECORDS);
  const timeMicros = Date.now() * 1_000 - packets * STEP_MICROS;
  const plan = { shipName, packets, records: RECORDS, timeMicros, stepMicros: STEP_MICROS };
  const samples = await fill(ground, plan, context);
  const rows: Row[] = [];
  for (const format of FORMATS) {
    onProgress(`reads: export as ${format}`);
    const path = `/ships/${encodeURIComponent(shipName)}/export?format=${format}`;
    const { result, residents } = await watchResident(ground.pid, () =>
      download(`${ground.ingestorUrl}${path}`, EXPORT_MS_MAX, signal),
    );
    const name = `export ${format}`;
    const fault = faultOf(format, result, samples);
    if (fault !== null) rows.push({ name, remark: fault, isFault: true });
    else {
      const seconds = result.milliseconds / 1_000;
      rows.push(figure(name, 'samples/s', samples / seconds), ...memoryRows(name, residents));
    }
  }
  return rows;
}

/** Why it cannot be the export of so many samples; null when it can. */
export function faultOf(
  format: ExportFormat,
  { status, bytes, lines, edges }: Omit<Download, 'milliseconds'>,
  samples: number,
): string | null {
  if (status !== 200) return `answered with ${status}`;
  if (bytes === 0) return 'empty';
  if (format === 'parquet')
    return edges.every((edge) => edge === PARQUET_EDGE) ? null : 'not framed as Parquet is';
  // One line of a CSV is a time, with all batteries of it, and above them stand their names.
  const least = format === 'csv' ? samples / RECORDS : samples;
  return lines < least ? `${lines} lines of at least ${least}` : null;
}
