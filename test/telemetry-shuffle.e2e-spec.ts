import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { parseInstant, seededRandom } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { TypeOrmReceptionStore } from '../apps/ingestor/src/adapters/typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from '../apps/ingestor/src/adapters/typeorm-telemetry.archive.js';
import type { TelemetryArchive } from '../apps/ingestor/src/archive/telemetry-archive.port.js';
import { datagram } from '../apps/ingestor/src/intake/testing/datagrams.js';
import { IntakeUnderTest } from '../apps/ingestor/src/intake/testing/intake-under-test.js';
import { IngestorIdentity } from '../apps/ingestor/src/receptions/ingestor-identity.js';
import { Draws } from '../apps/spaceship/src/faults/draws.js';
import { SimulatedFlight } from '../apps/spaceship/src/faults/simulated-flight.js';
import { mergeMinutes } from './support/merging.js';
import { answersOf } from './support/sample-answers.js';
import { type TestDatabase, testDatabase } from './support/database.js';

/** An hour at 10 Hz. */
const NUMBERS = 36_000;
const MINUTES = 60;
const BATTERIES = 2;
const PERIOD_MS = 100;
const APID = 200;
/** Long ago, so that its minutes are quiet at once. */
const EPOCH = parseInstant('2020-06-12T12:00:00Z')!;
const DEADLINE_MS = 900_000;

const SHIP = '/ships/Ship%201';
const [FROM, TO] = ['2020-06-12T12:20:00.05Z', '2020-06-12T12:23:31.7Z'];
const [FROM_MS, TO_MS] = [EPOCH / 1_000 + 600_000.5, EPOCH / 1_000 + 1_500_000.25];
const NUMBER_POINTS = 'Ship~201.0.volts,Ship~201.1.charge';
const POINTS = `${NUMBER_POINTS},Ship~201.1.mode`;
const QUERIES = [
  '/ships',
  `${SHIP}/latest`,
  `${SHIP}/samples?limit=1000&start=${FROM_MS}&end=${TO_MS}`,
  `${SHIP}/samples?start=${FROM}&end=${TO}`,
  `${SHIP}/samples?limit=97&start=${FROM_MS}&end=${FROM_MS + 90_000}&battery=1&field=volts,charge`,
  `${SHIP}/samples?strategy=latest`,
  `${SHIP}/samples?strategy=latest&end=${TO}&field=celsius`,
  `${SHIP}/samples?strategy=minmax&size=1000`,
  `${SHIP}/samples?strategy=minmax&size=60&field=volts&battery=0,1`,
  `${SHIP}/samples?strategy=minmax&size=733.9&start=${FROM_MS}&end=${TO_MS}&battery=1`,
  `${SHIP}/export?format=csv`,
  `${SHIP}/export?format=csv&battery=1&field=volts,mode&start=${FROM}&after=${TO}`,
  `${SHIP}/export?format=ndjson`,
  `${SHIP}/export?format=parquet`,
  `${SHIP}/export?format=parquet&start=${FROM}&end=${TO}&field=amperes`,
  `/history/${POINTS}?start=${FROM_MS}&end=${FROM_MS + 120_000}`,
  `/history/${NUMBER_POINTS}?strategy=minmax&size=500`,
  `/history/${POINTS}?strategy=latest&size=1`,
];

interface Filled {
  readonly archive: TelemetryArchive;
  readonly source: DataSource | null;
}

describe('an hour of packets', () => {
  const databases: TestDatabase[] = [];
  const sources: DataSource[] = [];
  const intakes: IntakeUnderTest[] = [];
  let inOrder: Filled;
  let shuffled: Filled;
  let expected: Record<string, string>;

  beforeAll(async () => {
    const packets = hourOfPackets();
    const draws = new Draws(seededRandom(4));
    const mixed = shuffle([...packets, ...packets.filter((_, at) => at % 3 === 0)], draws);
    inOrder = await fill(packets, () => 100, await aDatabase());
    shuffled = await fill(mixed, () => 1 + draws.below(400), await aDatabase());
    const inMemory = await fill(packets, () => 1 + draws.below(4_000), null);
    expected = await answersOf(inMemory.archive, QUERIES);
  }, DEADLINE_MS);

  afterAll(async () => {
    for (const intake of intakes) await intake.close();
    for (const source of sources) await source.destroy();
    for (const database of databases) await database.drop();
  }, DEADLINE_MS);

  async function aDatabase(): Promise<DataSource> {
    const database = await testDatabase();
    databases.push(database);
    const source = await new DataSource(dataSourceOptions(database.url, 'ingestor')).initialize();
    sources.push(source);
    return source;
  }

  async function fill(
    packets: readonly Buffer[],
    batchSize: () => number,
    source: DataSource | null,
  ): Promise<Filled> {
    const identity = new IngestorIdentity('test');
    const storage = source && {
      archive: new TypeOrmTelemetryArchive(source, identity),
      store: new TypeOrmReceptionStore(source, identity),
    };
    const intake = await IntakeUnderTest.start(null, undefined, storage ?? undefined);
    intakes.push(intake);
    const { account } = await intake.receive(1, { apid: APID });
    const arrivals = new Draws(seededRandom(intakes.length));
    for (let at = 0, size = batchSize(); at < packets.length; at += size, size = batchSize()) {
      // At other times in each archive: no answer may tell them apart by that.
      intake.receivedAtMs += arrivals.below(1_000);
      intake.take(...packets.slice(at, at + size).map((packet) => datagram(packet)));
      await intake.writer.flush();
    }
    const [good, duplicates] = [NUMBERS, packets.length - NUMBERS];
    expect(account.counts()).toMatchObject({ good, duplicates, shed: 0 });
    return { archive: intake.archive, source };
  }

  const blocksIn = async ({ source }: Filled): Promise<number> => {
    const rows = await source!.query<{ count: number }[]>(
      'SELECT count(*)::integer AS count FROM blocks',
    );
    return rows[0]!.count;
  };

  it(
    'gives the same bytes to every query, whatever the order and however often they came',
    { timeout: DEADLINE_MS },
    async () => {
      expect(await blocksIn(shuffled)).toBeGreaterThan(await blocksIn(inOrder));
      expect(await answersOf(inOrder.archive, QUERIES)).toEqual(expected);
      expect(await answersOf(shuffled.archive, QUERIES)).toEqual(expected);
    },
  );

  it('gives them once its blocks are merged, too', { timeout: DEADLINE_MS }, async () => {
    for (const filled of [inOrder, shuffled]) {
      expect(await mergeMinutes(filled.source!)).toEqual({ done: MINUTES, left: 0 });
      expect(await blocksIn(filled)).toBe(MINUTES);
      expect(await answersOf(filled.archive, QUERIES)).toEqual(expected);
    }
  });
});

const hourOfPackets = (): Buffer[] => {
  const flight = new SimulatedFlight(
    {
      format: 'ccsds',
      apid: APID,
      batteryCount: BATTERIES,
      seed: 3,
      faults: null,
      epoch: EPOCH,
      count: NUMBERS,
    },
    PERIOD_MS,
  );
  return [...flight.datagrams()].flatMap(({ number, bytes }) => (number === null ? [] : [bytes]));
};

function shuffle<T>(items: readonly T[], draws: Draws): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const at = draws.below(last + 1);
    [mixed[last], mixed[at]] = [mixed[at]!, mixed[last]!];
  }
  return mixed;
}
