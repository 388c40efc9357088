import type { SequenceSet } from '#common/domain';
import type {
  Agreement,
  ReceptionProgress,
  StoredReception,
  StreamOptions,
} from '../receptions/reception-store.port.js';
import { micros } from './telemetry-row.js';

export const RECEPTION_COLUMNS = [
  'r.contact_id, r.fence, ship_id, s.name AS ship_name, lateness_ms, stream, port, apid',
  'event_key, first_sequence, progress, last_block',
  'coalesce(c.fence >= r.fence, false) AS is_closed',
  ...['planned_start', 'planned_end', 'started_at', 'opened_at', 'stream_asked_at'].map(micros),
].join(', ');

export interface ReceptionRow {
  readonly contact_id: string;
  readonly fence: string;
  readonly ship_id: number;
  readonly ship_name: string;
  readonly planned_start: string;
  readonly planned_end: string;
  readonly started_at: string;
  readonly opened_at: string;
  readonly lateness_ms: number;
  readonly stream: StreamOptions;
  readonly port: number | null;
  readonly apid: number | null;
  readonly event_key: string | null;
  readonly stream_asked_at: string | null;
  readonly first_sequence: string | null;
  readonly progress: ReceptionProgress;
  readonly last_block: string;
  readonly is_closed: boolean;
}

export type AgreementRow = Pick<ReceptionRow, 'event_key' | 'first_sequence' | 'stream_asked_at'>;

export function storedReceptionOf(row: ReceptionRow, good: SequenceSet): StoredReception {
  return {
    opening: {
      contactId: row.contact_id,
      fence: Number(row.fence),
      shipName: row.ship_name,
      plannedStart: Number(row.planned_start),
      plannedEnd: Number(row.planned_end),
      startedAt: Number(row.started_at),
      latenessMs: row.lateness_ms,
      stream: row.stream,
    },
    shipId: row.ship_id,
    address: row.port === null ? null : { port: row.port, apid: row.apid },
    openedAt: Number(row.opened_at),
    progress: row.progress,
    isClosed: row.is_closed,
    agreement: agreementOf(row),
    good,
    lastBlock: Number(row.last_block),
  };
}

/** Null before the ship agreed. */
export function agreementOf({
  event_key: eventKey,
  first_sequence: firstSequence,
  stream_asked_at: streamAskedAt,
}: AgreementRow): Agreement | null {
  if (eventKey === null) return null;
  return {
    eventKey,
    firstSequence: Number(firstSequence),
    streamAskedAt: Number(streamAskedAt),
  };
}
