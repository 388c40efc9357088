import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBatteryPacket, decodeBatteryText } from '#common/contracts';
import { BATTERY_MODES, type SequenceRange } from '#common/domain';
import { emptyDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { migrate } from './data-source.js';
import { MIGRATIONS } from './migrations/index.js';
import { PacketBlocks1700000006000 } from './migrations/1700000006000-packet-blocks.js';

const CCSDS = '00000000-0000-4000-8000-000000000001';
const JSON_TEXT = '00000000-0000-4000-8000-000000000002';
const OTHER = '00000000-0000-4000-8000-000000000003';
const MINUTE_MICROS = 60_000_000;
/** With three batteries a piece of rows ends within a packet. */
const PACKETS = 4_000;

interface OldSample {
  readonly ship_id: number;
  readonly contact_id: string;
  readonly generated_at: number;
  readonly sequence: number;
  readonly battery: number;
  readonly mode: number | null;
  readonly volts: number;
  readonly amperes: number | null;
  readonly received_at: number;
}

interface Block {
  readonly ship_id: number;
  readonly contact_id: string;
  readonly fence: string;
  readonly number: string;
  readonly definition: string;
  readonly first_at: number;
  readonly last_at: number;
  readonly received_at: number;
  readonly packets: number;
  readonly samples: number;
  readonly numbers: SequenceRange[];
  readonly body: Buffer;
}

const micros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::float8 AS ${column}`;

/** By contact, time and battery. */
const inOrder = (samples: readonly OldSample[]): OldSample[] =>
  samples.toSorted(
    (a, b) =>
      a.contact_id.localeCompare(b.contact_id) ||
      a.generated_at - b.generated_at ||
      a.sequence - b.sequence ||
      a.battery - b.battery,
  );

describe('The migration to blocks of packets', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeEach(async () => {
    database = await emptyDatabase();
    const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(PacketBlocks1700000006000));
    source = new DataSource({ type: 'postgres', url: database.url, migrations: before });
    await source.initialize();
    await source.runMigrations({ transaction: 'all' });
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  async function fill(): Promise<void> {
    await source.query(`
      INSERT INTO ships (name, samples_count) VALUES ('USS Enterprise', 42), ('Voyager', 7);
      INSERT INTO receptions (contact_id, fence, ship_id, planned_start, planned_end, started_at,
        lateness_ms, stream, apid, opened_at, progress, samples_stored)
      SELECT contact_id::uuid, fence, ship_id, opened, opened, opened, 0, '{}', apid, opened, '{}', 5
      FROM (VALUES ('${CCSDS}', 3, 1, 200), ('${JSON_TEXT}', 1, 1, NULL), ('${OTHER}', 1, 2, 201))
        AS given (contact_id, fence, ship_id, apid),
        (VALUES (timestamptz '2024-05-01T00:00:00Z')) AS at (opened);
      INSERT INTO samples (contact_id, ship_id, generated_at, sequence, battery, mode, volts, amperes,
        celsius, charge, received_at)
      SELECT '${CCSDS}', 1, timestamptz '2024-05-05T23:59:00Z' + n * interval '20 milliseconds', n,
        battery, (n + battery) % 4, n + 0.5, -1.25, 20.5, 50, timestamptz '2024-05-06T00:10:00Z'
      FROM generate_series(1, ${PACKETS}) AS n, generate_series(0, 2) AS battery;
      INSERT INTO samples (contact_id, ship_id, generated_at, sequence, battery, mode, volts, amperes,
        celsius, charge, received_at) VALUES
        ('${CCSDS}', 1, '2024-04-30T12:00:00.123Z', 1, 0, 1, 24, 0, 0, 0, '2024-04-30T12:00:01Z'),
        ('${JSON_TEXT}', 1, '1969-12-31T23:59:59.999999Z', 1, 0, NULL, -1e300, NULL, NULL, NULL,
         '2024-05-06T00:00:00.000001Z'),
        ('${JSON_TEXT}', 1, '2024-05-05T23:59:30Z', 2, 0, NULL, 17, NULL, NULL, NULL,
         '2024-05-06T00:00:01Z'),
        ('${OTHER}', 2, '2106-02-07T06:28:15Z', 9, 255, 3, 24, 0, 0, 0, '2024-05-06T00:00:02Z');
      INSERT INTO latest_samples SELECT DISTINCT ON (ship_id, battery) * FROM samples
      ORDER BY ship_id, battery, generated_at DESC`);
  }

  const samplesIn = (table: string): Promise<OldSample[]> =>
    source.query(
      `SELECT ship_id, contact_id, battery, mode, volts, amperes, sequence::float8 AS sequence,
         ${micros('generated_at')}, ${micros('received_at')} FROM ${table}`,
    ) as Promise<OldSample[]>;

  const blocks = (): Promise<Block[]> =>
    source.query(
      `SELECT ship_id, contact_id, fence, number, definition, packets, samples, numbers, body,
         ${micros('first_at')}, ${micros('last_at')}, ${micros('received_at')}
       FROM blocks b ORDER BY contact_id, fence, number`,
    ) as Promise<Block[]>;

  it('loses no sample and changes none', async () => {
    await fill();
    const before = inOrder(await samplesIn('samples'));
    await migrate(database.url);

    const after = await blocks();
    expect(inOrder(after.flatMap(samplesOf))).toEqual(before);
    expect(after.reduce((sum, { samples }) => sum + samples, 0)).toBe(before.length);
    expect(await source.query("SELECT to_regclass('samples') AS samples")).toEqual([
      { samples: null },
    ]);
  });

  it('makes blocks of one minute, numbered without gaps', async () => {
    await fill();
    await migrate(database.url);

    const after = await blocks();
    for (const { first_at, last_at, numbers, packets } of after) {
      expect(Math.floor(first_at / MINUTE_MICROS)).toBe(Math.floor(last_at / MINUTE_MICROS));
      expect(numbers.reduce((sum, [from, to]) => sum + to - from + 1, 0)).toBe(packets);
    }
    const numbered = after.map(
      ({ contact_id, fence, number }) => `${contact_id.at(-1)}/${fence}/${number}`,
    );
    expect(numbered).toEqual(['1/0/1', '1/3/1', '1/3/2', '2/1/1', '2/1/2', '3/1/1']);
    expect(
      await source.query(
        `SELECT last_block::integer, samples_stored::integer, ${micros('first_sample_at')}
         FROM receptions ORDER BY contact_id`,
      ),
    ).toEqual([
      {
        last_block: 2,
        samples_stored: 5,
        first_sample_at: Date.parse('2024-04-30T12:00:00.123Z') * 1_000,
      },
      { last_block: 2, samples_stored: 5, first_sample_at: -1 },
      {
        last_block: 1,
        samples_stored: 5,
        first_sample_at: Date.parse('2106-02-07T06:28:15Z') * 1_000,
      },
    ]);
    expect(await source.query('SELECT samples_count::integer FROM ships ORDER BY id')).toEqual([
      { samples_count: 42 },
      { samples_count: 7 },
    ]);
  });

  it('puts blocks into the weeks that samples had, and asks for all levels', async () => {
    await fill();
    await migrate(database.url);

    const rows = await source.query(
      'SELECT DISTINCT tableoid::regclass::text AS name FROM blocks ORDER BY 1',
    );
    expect(rows).toEqual(
      ['blocks_2024_04_29', 'blocks_2024_05_06', 'blocks_far', 'blocks_past'].map((name) => ({
        name,
      })),
    );
    const [{ count }] = (await source.query(
      'SELECT count(*)::integer FROM unlevelled_minutes',
    )) as [{ count: number }];
    expect(count).toBe(
      new Set(
        (await blocks()).map(
          ({ ship_id, first_at }) => `${ship_id}/${Math.floor(first_at / MINUTE_MICROS)}`,
        ),
      ).size,
    );
  });

  it('keeps the newest sample of each battery', async () => {
    await fill();
    const before = inOrder(await samplesIn('latest_samples'));
    await migrate(database.url);

    const rows = (await source.query(
      `SELECT ship_id, contact_id, definition, packet, sequence::float8 AS sequence,
         ${micros('generated_at')}, ${micros('received_at')} FROM latest_packets`,
    )) as (Omit<OldSample, 'battery' | 'mode'> & { definition: string; packet: Buffer })[];
    const after = rows.flatMap(({ packet, definition, ...row }) =>
      recordsOf(definition, packet).map((record) => ({ ...row, ...record })),
    );
    expect(inOrder(after)).toEqual(before);
  });

  it('takes back a week that was detached and not dropped yet', async () => {
    await fill();
    const before = inOrder(await samplesIn('samples'));
    await source.query(`
      CREATE TABLE samples_2024_05_06 (LIKE samples INCLUDING ALL);
      WITH moved AS (DELETE FROM samples WHERE generated_at >= '2024-05-06T00:00:00Z'
        AND generated_at < '2024-05-13T00:00:00Z' RETURNING *)
      INSERT INTO samples_2024_05_06 SELECT * FROM moved;
      INSERT INTO samples SELECT * FROM samples_2024_05_06 LIMIT 2;
      UPDATE ships SET samples_count = samples_count + 2 WHERE id = 1`);
    await migrate(database.url);

    expect(inOrder((await blocks()).flatMap(samplesOf))).toEqual(before);
    expect(await source.query('SELECT samples_count::integer FROM ships ORDER BY id')).toEqual([
      { samples_count: 42 },
      { samples_count: 7 },
    ]);
    expect(await source.query("SELECT to_regclass('samples_2024_05_06') AS week")).toEqual([
      { week: null },
    ]);
  });

  it('works where nothing is, once', async () => {
    await migrate(database.url);
    await migrate(database.url);

    expect(await blocks()).toEqual([]);
  });
});

function samplesOf({ ship_id, contact_id, definition, body, fence }: Block): OldSample[] {
  expect(fence === '0').toBe(
    contact_id === CCSDS && body.readDoubleBE(6) < Date.parse('2024-05-01') * 1_000,
  );
  const samples: OldSample[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + 22 + body.readUInt16BE(at);
    const row = {
      ship_id,
      contact_id,
      sequence: body.readUInt32BE(at + 2),
      generated_at: body.readDoubleBE(at + 6),
      received_at: body.readDoubleBE(at + 14),
    };
    for (const record of recordsOf(definition, body.subarray(at + 22, end)))
      samples.push({ ...row, ...record });
    at = end;
  }
  return samples;
}

function recordsOf(
  definition: string,
  packet: Buffer,
): Pick<OldSample, 'battery' | 'mode' | 'volts' | 'amperes'>[] {
  if (definition === 'battery-text') {
    const read = decodeBatteryText(packet);
    if (read.kind !== 'reading') throw new Error(`Not a reading: ${packet.toString()}`);
    return [{ battery: 0, mode: null, volts: read.volts, amperes: null }];
  }
  const read = decodeBatteryPacket(packet);
  if (read.kind !== 'battery') throw new Error(`Not a packet: ${packet.toString('hex')}`);
  return read.packet.records.map(({ battery, mode, volts, amperes }) => ({
    battery,
    mode: BATTERY_MODES.indexOf(mode),
    volts,
    amperes,
  }));
}
