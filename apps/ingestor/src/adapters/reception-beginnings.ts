import type { DataSource } from 'typeorm';
import { formatInstant } from '#common/domain';
import { isUnavailable } from '#common/platform';
import type { Begun, NewReception } from '../receptions/reception-store.port.js';
import { DATABASE_TIME } from './telemetry-row.js';
import { TurnBatch } from './turn-batch.js';

/** So many contacts begin by one statement. */
const TOGETHER_MAX = 256;

/**
 * First and last sample stay: the blocks of earlier starts lie between them as well. In one order, so
 * that two ingestors that are told of the same contacts do not lock each other out.
 */
const BEGIN = `
  WITH begun AS (
    INSERT INTO receptions AS known (contact_id, fence, ship_id, planned_start, planned_end,
      started_at, lateness_ms, stream, port, apid, opened_at, progress, holder)
    SELECT wanted.*, $13 FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::timestamptz[],
      $5::timestamptz[], $6::timestamptz[], $7::double precision[], $8::json[], $9::integer[],
      $10::integer[], $11::timestamptz[], $12::json[]) AS wanted (contact_id)
    ORDER BY wanted.contact_id
    ON CONFLICT (contact_id) DO UPDATE SET fence = excluded.fence, ship_id = excluded.ship_id,
      holder = excluded.holder, planned_start = excluded.planned_start,
      planned_end = excluded.planned_end, started_at = excluded.started_at,
      lateness_ms = excluded.lateness_ms, stream = excluded.stream, port = excluded.port,
      apid = excluded.apid, opened_at = excluded.opened_at, progress = excluded.progress,
      event_key = NULL, stream_asked_at = NULL, first_sequence = NULL, samples_stored = 0,
      last_block = 0, ended_at = NULL
    WHERE known.fence < excluded.fence RETURNING contact_id, fence)
  SELECT begun.contact_id, coalesce(closings.fence >= begun.fence, false) AS is_closed,
    ${DATABASE_TIME}
  FROM begun LEFT JOIN closings USING (contact_id)`;

interface BegunRow {
  readonly contact_id: string;
  readonly is_closed: boolean;
  readonly now: string;
}

const begunOf = (row: BegunRow | undefined): Begun =>
  row
    ? { outcome: row.is_closed ? 'called off' : 'begun', at: Number(row.now) }
    : { outcome: 'known' };

/** Stores receptions that begin; those that begin at one instant together. */
export class ReceptionBeginnings {
  readonly #batch = new TurnBatch<NewReception, Begun>({
    keyOf: ({ opening }) => opening.contactId.toLowerCase(),
    itemsMax: TOGETHER_MAX,
    send: (receptions) => this.#store(receptions),
    isGeneral: isUnavailable,
  });

  constructor(
    private readonly source: DataSource,
    private readonly process: string,
  ) {}

  begin(reception: NewReception): Promise<Begun> {
    return this.#batch.add(reception);
  }

  async #store(receptions: readonly NewReception[]): Promise<Begun[]> {
    const openings = receptions.map(({ opening }) => opening);
    const rows = (await this.source.query(BEGIN, [
      openings.map(({ contactId }) => contactId),
      openings.map(({ fence }) => fence),
      receptions.map(({ shipId }) => shipId),
      openings.map(({ plannedStart }) => formatInstant(plannedStart)),
      openings.map(({ plannedEnd }) => formatInstant(plannedEnd)),
      openings.map(({ startedAt }) => formatInstant(startedAt)),
      openings.map(({ latenessMs }) => latenessMs),
      openings.map(({ stream }) => JSON.stringify(stream)),
      receptions.map(({ address }) => address?.port ?? null),
      receptions.map(({ address }) => address?.apid ?? null),
      receptions.map(({ openedAt }) => formatInstant(openedAt)),
      receptions.map(({ progress }) => JSON.stringify(progress)),
      this.process,
    ])) as BegunRow[];
    const begun = new Map(rows.map((row) => [row.contact_id, row]));
    return openings.map(({ contactId }) => begunOf(begun.get(contactId.toLowerCase())));
  }
}
