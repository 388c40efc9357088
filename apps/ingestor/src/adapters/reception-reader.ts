import type { DataSource } from 'typeorm';
import { type Instant, type SequenceRange, SequenceSet } from '#common/domain';
import type { ContactReport } from '#common/contracts';
import type {
  Agreement,
  EndedReception,
  RecordedContact,
  StoredReception,
  UnfinishedReception,
} from '../receptions/reception-store.port.js';
import { rangesKept } from './packed-ranges.js';
import {
  agreementOf,
  type AgreementRow,
  RECEPTION_COLUMNS,
  type ReceptionRow,
  storedReceptionOf,
} from './reception-row.js';
import { Snapshot } from './snapshot.js';
import { DATABASE_TIME, micros } from './telemetry-row.js';

/** Unfinished receptions that fulfil a condition on `receptions r`, oldest first. */
export async function readUnfinished(
  source: DataSource,
  condition: string,
  parameters: unknown[],
): Promise<UnfinishedReception[]> {
  const rows = (await source.query(
    `SELECT ${RECEPTION_COLUMNS} FROM receptions r JOIN ships s ON s.id = r.ship_id
     LEFT JOIN closings c ON c.contact_id = r.contact_id
     WHERE ${condition} AND ended_at IS NULL ORDER BY r.opened_at, r.contact_id`,
    parameters,
  )) as ReceptionRow[];
  const unfinished: StoredReception[] = [];
  for (const row of rows)
    unfinished.push(storedReceptionOf(row, await goodNumbers(source, row.contact_id)));
  const readAt = await databaseTime(source);
  return unfinished.map((stored) => ({ ...stored, readAt }));
}

async function databaseTime(source: DataSource): Promise<Instant> {
  const [row] = (await source.query(`SELECT ${DATABASE_TIME}`)) as { now: string }[];
  return Number(row!.now);
}

interface EndedRow extends ReceptionRow {
  readonly samples_stored: string;
  readonly is_open: boolean;
  /** Null where it has not ended. */
  readonly report: ContactReport | null;
}

export async function readEnded(
  source: DataSource,
  contactId: string,
): Promise<EndedReception | 'open' | null> {
  const rows = (await source.query(
    `SELECT ${RECEPTION_COLUMNS}, samples_stored, r.ended_at IS NULL AS is_open, p.report
     FROM receptions r JOIN ships s ON s.id = r.ship_id
     LEFT JOIN closings c ON c.contact_id = r.contact_id
     LEFT JOIN reports p ON p.contact_id = r.contact_id AND p.fence = r.fence
     WHERE r.contact_id = $1`,
    [contactId],
  )) as EndedRow[];
  const [row] = rows;
  if (!row) return null;
  const { report, is_open, samples_stored } = row;
  if (is_open || report === null) return 'open';
  const stored = storedReceptionOf(row, await goodNumbers(source, contactId));
  return { ...stored, report, samplesStored: Number(samples_stored) };
}

export async function readAgreement(
  source: DataSource,
  contactId: string,
): Promise<Agreement | null> {
  const [row] = (await source.query(
    `SELECT event_key, first_sequence, ${micros('stream_asked_at')} FROM receptions r
     WHERE contact_id = $1 AND progress->'foreign' IS NULL`,
    [contactId],
  )) as AgreementRow[];
  return row ? agreementOf(row) : null;
}

interface RecordedRow {
  readonly report: ContactReport;
  readonly unlisted_ranges: Buffer | null;
  readonly is_foreign: boolean;
  readonly never_sent: readonly SequenceRange[];
}

export async function readRecorded(
  source: DataSource,
  contactId: string,
): Promise<RecordedContact | null> {
  const rows = (await source.query(
    `SELECT report, unlisted_ranges, progress->'foreign' IS NOT NULL AS is_foreign,
       coalesce(progress->'account'->'neverSent', '[]') AS never_sent
     FROM reports p JOIN receptions r ON r.contact_id = p.contact_id
     WHERE p.contact_id = $1`,
    [contactId],
  )) as RecordedRow[];
  const [row] = rows;
  if (!row) return null;
  const { report, unlisted_ranges: unlisted, is_foreign: isForeign, never_sent: neverSent } = row;
  return { report, unlisted: rangesKept(unlisted), isForeign, neverSent };
}

/** Rows at a time: of a contact whose blocks are not merged yet there may be a million. */
const FETCH_ROWS = 5_000;
/** Further ranges are united with what is known once there are so many. */
const RANGES_MAX = 100_000;

const NUMBERS = `
  SELECT numbers FROM receptions r JOIN blocks b ON b.ship_id = r.ship_id
    AND b.first_at BETWEEN r.first_sample_at AND r.last_sample_at
    AND b.contact_id = r.contact_id AND b.fence = r.fence
  WHERE r.contact_id = $1`;

async function goodNumbers(source: DataSource, contactId: string): Promise<SequenceSet> {
  const snapshot = await Snapshot.open(source);
  try {
    await snapshot.declare(NUMBERS, [contactId]);
    let ranges: SequenceRange[] = [];
    let unitedMax = RANGES_MAX;
    for (;;) {
      const rows = await snapshot.fetch<{ numbers: SequenceRange[] }>(FETCH_ROWS);
      if (rows.length === 0) return SequenceSet.union(ranges);
      for (const { numbers } of rows) for (const range of numbers) ranges.push(range);
      if (ranges.length < unitedMax) continue;
      ranges = SequenceSet.union(ranges).ranges();
      unitedMax = 2 * ranges.length + RANGES_MAX;
    }
  } finally {
    await snapshot.close();
  }
}
