import type {
  ArchiveBatch,
  BatchReception,
  LatestPacket,
} from '../archive/telemetry-archive.port.js';
import type { PacketBlock } from '../archive/packet-block.js';
import type { Parameter } from '#common/persistence';
import {
  binaryArray,
  binaryArrayOf,
  BYTEA_OID,
  INT2,
  INT4,
  INT8,
  JSON_OID,
  TEXT_OID,
  TIMESTAMPTZ,
} from './binary-array.js';

/**
 * One statement, so one round trip and one transaction: blocks, the newest packet of each battery, the
 * counts of ships, the accounts, the minutes whose levels are to be worked out. What was there already
 * counts nowhere. What this process does not hold (any more) is left out: whoever holds it accounts
 * for it.
 *
 * A minute that is unlevelled already is locked all the same, by a change that changes nothing: who
 * works out its levels removes it first, so that one waits for the other and sees what it wrote.
 *
 * The bodies come as one value, of which each row takes its piece: an array of them would be copied
 * several times on its way, each time into memory that is new.
 */
export const STORE = `
  WITH held AS (
    SELECT batch.slot, batch.progress, receptions.contact_id, receptions.fence,
           receptions.ship_id, receptions.last_block
    FROM unnest($2::uuid[], $3::bigint[], $4::json[])
      WITH ORDINALITY AS batch (contact_id, fence, progress, slot)
      JOIN receptions ON receptions.contact_id = batch.contact_id
        AND receptions.fence = batch.fence
    WHERE holder = $1 AND ended_at IS NULL
    FOR UPDATE OF receptions
  ), stored AS (
    INSERT INTO blocks (ship_id, first_at, contact_id, fence, number, last_at, received_at,
                        definition, packets, samples, numbers, body)
    SELECT ship_id, first_at, contact_id, fence, number, last_at, received_at, definition, packets,
           samples, numbers, substr($16::bytea, start, length)
    FROM unnest($5::integer[], $6::bigint[], $7::timestamptz[], $8::timestamptz[],
                $9::timestamptz[], $10::text[], $11::integer[], $12::integer[], $13::json[],
                $14::integer[], $15::integer[])
      AS block (slot, number, first_at, last_at, received_at, definition, packets, samples, numbers,
                start, length)
      JOIN held USING (slot)
    WHERE number > last_block
    RETURNING contact_id, ship_id, number, first_at, last_at, samples
  ), per_contact AS (
    SELECT contact_id, ship_id, sum(samples) AS count, min(first_at) AS first, max(last_at) AS last,
           max(number) AS last_block
    FROM stored GROUP BY contact_id, ship_id
  ), per_ship AS (
    SELECT ship_id, sum(count) AS count, min(first) AS first, max(last) AS last
    FROM per_contact GROUP BY ship_id
  ), counted_ships AS (
    UPDATE ships SET samples_count = samples_count + count,
           first_sample_at = least(first_sample_at, first),
           last_sample_at = greatest(last_sample_at, last)
    FROM per_ship WHERE id = ship_id
  ), unlevelled AS (
    INSERT INTO unlevelled_minutes AS known (ship_id, minute)
    SELECT DISTINCT ship_id, date_bin('1 minute', first_at, '1600-01-01T00:00:00Z') AS minute
    FROM stored ORDER BY ship_id, minute
    ON CONFLICT (ship_id, minute) DO UPDATE SET minute = excluded.minute WHERE false
  ), newest AS (
    INSERT INTO latest_packets AS known (ship_id, battery, contact_id, fence, definition,
                                         generated_at, sequence, received_at, packet)
    SELECT DISTINCT ON (ship_id, battery) ship_id, battery, contact_id, fence, definition,
           generated_at, sequence, received_at, packet
    FROM unnest($17::integer[], $18::smallint[], $19::text[], $20::timestamptz[], $21::bigint[],
                $22::timestamptz[], $23::bytea[])
      AS packet (slot, battery, definition, generated_at, sequence, received_at, packet)
      JOIN held USING (slot)
    ORDER BY ship_id, battery, generated_at DESC, contact_id DESC, fence DESC, sequence DESC
    ON CONFLICT (ship_id, battery) DO UPDATE SET contact_id = excluded.contact_id,
      fence = excluded.fence, definition = excluded.definition,
      generated_at = excluded.generated_at, sequence = excluded.sequence,
      received_at = excluded.received_at, packet = excluded.packet
    WHERE (known.generated_at, known.contact_id, known.fence, known.sequence)
      < (excluded.generated_at, excluded.contact_id, excluded.fence, excluded.sequence)
  )
  UPDATE receptions SET progress = held.progress,
         samples_stored = samples_stored + coalesce(count, 0),
         last_block = coalesce(per_contact.last_block, receptions.last_block),
         first_sample_at = least(first_sample_at, first),
         last_sample_at = greatest(last_sample_at, last)
  FROM held LEFT JOIN per_contact ON per_contact.contact_id = held.contact_id
  WHERE receptions.contact_id = held.contact_id
  RETURNING receptions.contact_id, receptions.fence`;

/** What the statement gives: the receptions of the batch that were taken. */
export interface TakenRow {
  readonly contact_id: string;
  readonly fence: string;
}

export function leftOutOf(
  { receptions }: ArchiveBatch,
  rows: readonly TakenRow[],
): readonly BatchReception[] {
  if (rows.length === receptions.length) return [];
  const taken = new Set(rows.map(({ contact_id, fence }) => `${contact_id}/${fence}`));
  return receptions.filter((reception) => !taken.has(keyOf(reception)));
}

/** No text is made of numbers on the way, and no text of bytes. */
export function storeParameters(process: string, batch: ArchiveBatch): Parameter[] {
  const { receptions } = batch;
  const slots = new Map(receptions.map((reception, at) => [keyOf(reception), at + 1]));
  const slotOf = (of: PacketBlock | LatestPacket): number => slots.get(keyOf(of)) ?? 0;
  return [
    process,
    arrayText(receptions.map(({ contactId }) => contactId)),
    arrayText(receptions.map(({ fence }) => fence)),
    binaryArrayOf(
      JSON_OID,
      receptions.map(({ progress }) => JSON.stringify(progress)),
    ),
    ...blockParameters(batch.blocks, slotOf),
    ...latestParameters(batch.latest, slotOf),
  ];
}

function blockParameters(
  blocks: readonly PacketBlock[],
  slotOf: (block: PacketBlock) => number,
): Parameter[] {
  const column = columnsOf(blocks);
  const texts = (oid: number, valueOf: (block: PacketBlock) => Buffer | string): Buffer[] =>
    binaryArrayOf(oid, blocks.map(valueOf));
  return [
    column(INT4, slotOf),
    column(INT8, ({ number }) => number),
    column(TIMESTAMPTZ, ({ firstAt }) => firstAt),
    column(TIMESTAMPTZ, ({ lastAt }) => lastAt),
    column(TIMESTAMPTZ, ({ receivedAt }) => receivedAt),
    texts(TEXT_OID, ({ definition }) => definition),
    column(INT4, ({ packets }) => packets),
    column(INT4, ({ samples }) => samples),
    texts(JSON_OID, ({ numbers }) => JSON.stringify(numbers)),
    ...bodyParameters(blocks),
  ];
}

/** From 1, as SQL counts. */
function bodyParameters(blocks: readonly PacketBlock[]): Parameter[] {
  const bodies = blocks.map(({ body }) => body);
  const lengths = bodies.map(({ length }) => length);
  let start = 1;
  const starts = lengths.map((length) => (start += length) - length);
  return [binaryArray(INT4, starts), binaryArray(INT4, lengths), bodies];
}

function latestParameters(
  latest: readonly LatestPacket[],
  slotOf: (packet: LatestPacket) => number,
): Parameter[] {
  const column = columnsOf(latest);
  const texts = (oid: number, valueOf: (packet: LatestPacket) => Buffer | string): Buffer[] =>
    binaryArrayOf(oid, latest.map(valueOf));
  return [
    column(INT4, slotOf),
    column(INT2, ({ battery }) => battery),
    texts(TEXT_OID, ({ definition }) => definition),
    column(TIMESTAMPTZ, ({ generatedAt }) => generatedAt),
    column(INT8, ({ sequence }) => sequence),
    column(TIMESTAMPTZ, ({ receivedAt }) => receivedAt),
    texts(BYTEA_OID, ({ packet }) => packet),
  ];
}

const columnsOf =
  <T>(rows: readonly T[]) =>
  (type: Parameters<typeof binaryArray>[0], valueOf: (row: T) => number): Buffer =>
    binaryArray(type, rows.map(valueOf));

/** Of what needs no quotes in it. */
const arrayText = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;

const keyOf = ({ contactId, fence }: { contactId: string; fence: number }): string =>
  `${contactId}/${fence}`;
