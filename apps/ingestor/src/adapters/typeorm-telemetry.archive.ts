import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { formatInstant } from '#common/domain';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import type { SampleBatch } from '../archive/sample-batch.js';
import { NO_MODE } from '../archive/sample-batch.js';
import { WEEK_MICROS } from '../archive/week.js';
import {
  type Sample,
  type SampleQuery,
  type ShipSummary,
  TelemetryArchive,
} from '../archive/telemetry-archive.port.js';
import { binaryArray, FLOAT4, FLOAT8, INT2, INT4, INT8, TIMESTAMPTZ } from './binary-array.js';
import { latestRows } from './latest-rows.js';
import {
  SAMPLE_COLUMNS,
  type SampleRow,
  sampleOf,
  SHIP_COLUMNS,
  type ShipRow,
  shipOf,
} from './telemetry-row.js';

const COLUMNS = `contact_id, ship_id, generated_at, sequence, battery, mode, volts, amperes, celsius,
  charge, received_at`;

/**
 * One statement, so one round trip and one transaction: samples, the newest of each battery, the
 * counts of ships, the accounts. What was there already counts nowhere. What this process does not
 * hold (any more) is left out: whoever holds it accounts for it.
 */
const STORE = `
  WITH held AS (
    SELECT receptions.contact_id
    FROM unnest($1::uuid[], $14::bigint[]) AS batch (contact_id, fence)
      JOIN receptions ON receptions.contact_id = batch.contact_id
        AND receptions.fence = batch.fence
    WHERE holder = $16 AND ended_at IS NULL
    FOR UPDATE OF receptions
  ), stored AS (
    INSERT INTO samples (${COLUMNS})
    SELECT ($1::uuid[])[slot], ($2::integer[])[slot], generated_at, sequence, battery, mode, volts,
           amperes, celsius, charge, received_at
    FROM unnest($3::integer[], $4::timestamptz[], $5::bigint[], $6::smallint[], $7::smallint[],
                $8::double precision[], $9::real[], $10::real[], $11::real[], $12::timestamptz[])
      AS row (slot, generated_at, sequence, battery, mode, volts, amperes, celsius, charge, received_at)
    WHERE ($1::uuid[])[slot] IN (SELECT contact_id FROM held)
    ON CONFLICT DO NOTHING
    RETURNING contact_id, ship_id, generated_at
  ), per_contact AS (
    SELECT contact_id, ship_id, count(*) AS count, min(generated_at) AS first,
           max(generated_at) AS last
    FROM stored GROUP BY contact_id, ship_id
  ), per_ship AS (
    SELECT ship_id, sum(count) AS count, min(first) AS first, max(last) AS last
    FROM per_contact GROUP BY ship_id
  ), counted_ships AS (
    UPDATE ships SET samples_count = samples_count + count,
           first_sample_at = least(first_sample_at, first),
           last_sample_at = greatest(last_sample_at, last)
    FROM per_ship WHERE id = ship_id
  ), newest AS (
    INSERT INTO latest_samples (${COLUMNS})
    SELECT ($1::uuid[])[slot], ($2::integer[])[slot], generated_at, sequence, battery, mode, volts,
           amperes, celsius, charge, received_at
    FROM (SELECT ($3::integer[])[at], ($4::timestamptz[])[at], ($5::bigint[])[at],
                 ($6::smallint[])[at], ($7::smallint[])[at], ($8::double precision[])[at],
                 ($9::real[])[at], ($10::real[])[at], ($11::real[])[at], ($12::timestamptz[])[at]
          FROM unnest($13::integer[]) AS at)
      AS row (slot, generated_at, sequence, battery, mode, volts, amperes, celsius, charge, received_at)
    WHERE ($1::uuid[])[slot] IN (SELECT contact_id FROM held)
    ORDER BY ($2::integer[])[slot], battery
    ON CONFLICT (ship_id, battery) DO UPDATE SET contact_id = excluded.contact_id,
      generated_at = excluded.generated_at, sequence = excluded.sequence, mode = excluded.mode,
      volts = excluded.volts, amperes = excluded.amperes, celsius = excluded.celsius,
      charge = excluded.charge, received_at = excluded.received_at
    WHERE latest_samples.generated_at <= excluded.generated_at
  )
  UPDATE receptions SET progress = account.progress,
         samples_stored = samples_stored + coalesce(count, 0),
         first_sample_at = least(first_sample_at, first),
         last_sample_at = greatest(last_sample_at, last)
  FROM unnest($1::uuid[], $14::bigint[], $15::json[]) AS account (contact_id, fence, progress)
    JOIN held ON held.contact_id = account.contact_id
    LEFT JOIN per_contact ON per_contact.contact_id = account.contact_id
  WHERE receptions.contact_id = account.contact_id`;

const isNan = (value: number): boolean => Number.isNaN(value);

/** Two partitions, mostly. */
const NEAR_MICROS = WEEK_MICROS;

/** Samples in PostgreSQL. Instants pass as microseconds: a Date would cut them. */
@Injectable()
export class TypeOrmTelemetryArchive extends TelemetryArchive {
  constructor(
    @InjectDataSource('ingestor') private readonly source: DataSource,
    private readonly identity: IngestorIdentity,
  ) {
    super();
  }

  async store(batch: SampleBatch): Promise<void> {
    const { length, receptions } = batch;
    const receivedAt = batch.receivedAtMs.map((ms) => ms * 1_000);
    await this.source.query(STORE, [
      receptions.map(({ contactId }) => contactId),
      receptions.map(({ shipId }) => shipId),
      binaryArray(
        INT4,
        batch.slot.map((slot) => slot + 1),
        length,
      ),
      binaryArray(TIMESTAMPTZ, batch.generatedAt, length),
      binaryArray(INT8, batch.sequence, length),
      binaryArray(INT2, batch.battery, length),
      binaryArray(INT2, batch.mode, length, (mode) => mode === NO_MODE),
      binaryArray(FLOAT8, batch.volts, length),
      binaryArray(FLOAT4, batch.amperes, length, isNan),
      binaryArray(FLOAT4, batch.celsius, length, isNan),
      binaryArray(FLOAT4, batch.charge, length, isNan),
      binaryArray(TIMESTAMPTZ, receivedAt, length),
      latestRows(batch).map((row) => row + 1),
      receptions.map(({ fence }) => fence),
      receptions.map(({ progress }) => JSON.stringify(progress)),
      this.identity.process,
    ]);
  }

  async ships(afterName: string | null, limit: number): Promise<ShipSummary[]> {
    const rows = (await this.source.query(
      `SELECT ${SHIP_COLUMNS} FROM ships WHERE name > $1 ORDER BY name LIMIT $2`,
      [afterName ?? '', limit],
    )) as ShipRow[];
    return rows.map(shipOf);
  }

  async ship(name: string): Promise<ShipSummary | null> {
    // PostgreSQL has no text with a NUL in it, so there is no such ship either.
    if (name.includes('\0')) return null;
    const rows = (await this.source.query(`SELECT ${SHIP_COLUMNS} FROM ships WHERE name = $1`, [
      name,
    ])) as ShipRow[];
    return rows[0] ? shipOf(rows[0]) : null;
  }

  /** Most pages end soon after they begin: these need not open every week there is. */
  async samples(shipId: number, query: SampleQuery): Promise<Sample[]> {
    const { start, end, after, limit } = query;
    const first = after?.generatedAt ?? start;
    if (first === null || (end !== null && end - first <= NEAR_MICROS))
      return this.#samplesIn(shipId, query);
    const near = await this.#samplesIn(shipId, { ...query, end: first + NEAR_MICROS });
    return near.length === limit ? near : this.#samplesIn(shipId, query);
  }

  async #samplesIn(shipId: number, { start, end, after, limit }: SampleQuery): Promise<Sample[]> {
    const parameters: unknown[] = [shipId, limit];
    const conditions = ['ship_id = $1'];
    const parameter = (value: unknown): string => `$${parameters.push(value)}`;
    if (start !== null) conditions.push(`s.generated_at >= ${parameter(formatInstant(start))}`);
    if (end !== null) conditions.push(`s.generated_at < ${parameter(formatInstant(end))}`);
    if (after !== null) {
      const { generatedAt, contactId, sequence, battery } = after;
      const place = [formatInstant(generatedAt), contactId, sequence, battery].map(parameter);
      // The row comparison alone leaves no partition out.
      conditions.push(`s.generated_at >= ${place[0]}::timestamptz`);
      conditions.push(
        `(s.generated_at, contact_id, sequence, battery) > (${place[0]}::timestamptz, ${place[1]}::uuid, ${place[2]}::bigint, ${place[3]}::smallint)`,
      );
    }
    return this.#read(
      `SELECT ${SAMPLE_COLUMNS} FROM samples s WHERE ${conditions.join(' AND ')}
       ORDER BY s.generated_at, contact_id, sequence, battery LIMIT $2`,
      parameters,
    );
  }

  latest(shipId: number): Promise<Sample[]> {
    return this.#read(
      `SELECT ${SAMPLE_COLUMNS} FROM latest_samples WHERE ship_id = $1 ORDER BY battery`,
      [shipId],
    );
  }

  async #read(sql: string, parameters: unknown[]): Promise<Sample[]> {
    return ((await this.source.query(sql, parameters)) as SampleRow[]).map(sampleOf);
  }
}
