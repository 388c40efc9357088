import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ContactReport,
  type MissingRange,
  RECEPTION_CLOSE,
  RECEPTION_OPEN,
  type StreamLedger,
} from '#common/contracts';
import { envelope, RabbitBus } from '#common/messaging';
import { findFreePorts } from '../scripts/services/ports.js';
import { anyPorts } from './support/any-ports.js';
import { type Broker, aBroker } from './support/broker.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { type OpenCommand, opening, sums } from './support/ingestor.js';
import { fateOf } from './support/ledger-verdict.js';
import { mergeMinutes } from './support/merging.js';
import { PerigeeProcess } from './support/process.js';
import { ArchiveLook, goodPackets, type RealFlight, streamOf } from './support/real-flight.js';
import { ShipUnderTest } from './support/spaceship.js';
import { until } from './support/until.js';

const WAIT_MS_MAX = 60_000;
const FAULTS = { loss: 0.03, corrupt: 0.03, duplicate: 0.1 };
const IN_ORDER: RealFlight = {
  format: 'ccsds',
  batteries: 3,
  seed: 11,
  count: null,
  interval: 0.005,
  epoch: '2031-01-01T00:00:57Z',
  faults: FAULTS,
};
const OVERTAKING: RealFlight = {
  ...IN_ORDER,
  faults: { ...FAULTS, reorder: { probability: 0.1, depth: 20 }, delay_ms: [0, 200] },
};
/** Numbers behind which one of this flight may be: 200 ms and the depth, at 5 ms each. */
const BEHIND_MAX = 61;

/** The kill as the test has seen it. */
interface Kill {
  /** The highest number in the archive when it was over. */
  readonly lastStored: number;
  /** The last number that the ship had made when the next ingestor asked, as it listened again. */
  readonly lastTold: number;
  /** How many numbers may have passed one that is under way. */
  readonly behindMax: number;
}

describe('kill -9 of the ingestor in the middle of a contact', { timeout: 240_000 }, () => {
  let broker: Broker;
  let bus: RabbitBus;
  let folder: string;
  let database: TestDatabase;
  let look: ArchiveLook;
  let ship: ShipUnderTest;
  let settings: NodeJS.ProcessEnv;
  let ingestor: PerigeeProcess;

  beforeAll(async () => {
    broker = await aBroker();
    bus = await RabbitBus.connect({ url: broker.url });
    folder = await mkdtemp(join(tmpdir(), 'perigee-kill-'));
  });

  afterAll(async () => {
    await bus.close();
    await broker.remove();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    database = await testDatabase();
    look = await ArchiveLook.open(database.url);
    ship = await ShipUnderTest.launch();
    const [udpPort] = await findFreePorts(1);
    settings = {
      ...anyPorts(folder),
      LOG_FILE: '',
      RABBITMQ_URL: broker.url,
      DATABASE_URL: database.url,
      SPACESHIP_URL: await ship.listenForHttp(),
      INGESTOR_UDP_PORT: String(udpPort),
    };
    ingestor = await PerigeeProcess.start(settings, 'ingestor');
  });

  afterEach(async () => {
    await ingestor.end('SIGKILL');
    await ship.close();
    await look.close();
    await database.drop();
  });

  const tell = (key: string, data: object): Promise<unknown> =>
    lastValueFrom(bus.client().emit<unknown>(key, envelope(key, data)), {
      defaultValue: undefined,
    });

  async function reportOf({ contact_id }: OpenCommand): Promise<ContactReport> {
    let report: ContactReport | null = null;
    await until(async () => {
      const answer = await fetch(new URL(`/contacts/${contact_id}/report`, ingestor.ownUrl));
      expect(answer.status).toBe(200);
      report = (await answer.json()) as ContactReport;
    }, WAIT_MS_MAX);
    return report!;
  }

  /** The numbers that are stored, once there are more than so many. */
  async function untilStored(contactId: string, most: number): Promise<number[]> {
    let numbers: number[] = [];
    await until(async () => {
      numbers = [...(await look.texts(contactId)).keys()];
      expect(numbers.length).toBeGreaterThan(most);
    }, WAIT_MS_MAX);
    return numbers;
  }

  /** Until it is called off; then how often a minute was merged. */
  function mergeOn(): () => Promise<number> {
    let isOver = false;
    const merging = (async () => {
      let done = 0;
      while (!isOver) done += (await mergeMinutes(look.source)).done;
      return done;
    })();
    // Its fault is told when it is called off.
    merging.catch(() => undefined);
    return () => {
      isOver = true;
      return merging;
    };
  }

  it.each([
    ['', IN_ORDER, 0, false],
    [', while the upkeep merges what is there', IN_ORDER, 0, true],
    [', where packets overtake each other', OVERTAKING, BEHIND_MAX, false],
  ])(
    'names what was sent meanwhile, and loses nothing that was stored%s',
    async (_when, flight, behindMax, merges) => {
      const command = opening(3_600, streamOf(flight));
      const { contact_id: contactId } = command;
      await tell(RECEPTION_OPEN, command);
      await untilStored(contactId, 100);
      const endMerging = merges ? mergeOn() : null;
      const before = await untilStored(contactId, 400);
      await ingestor.end('SIGKILL');
      const atDeath = [...(await look.texts(contactId)).keys()];
      const key = (await look.eventKey(contactId))!;
      const sent = (await ship.ledger(key)).totals.numbers;
      await until(async () => {
        expect((await ship.ledger(key)).totals.numbers).toBeGreaterThan(sent + 50);
      }, WAIT_MS_MAX);
      ingestor = await PerigeeProcess.start(settings, 'ingestor');
      await untilStored(contactId, atDeath.length + 200);
      await tell(RECEPTION_CLOSE, { ...command, reason: 'enough' });
      const report = await reportOf(command);
      // Null where nothing was to be merged.
      expect(endMerging && (await endMerging())).not.toBe(0);

      const ledger = await ship.ledger(key);
      const stored = await look.texts(contactId);
      expect(before.concat(atDeath).filter((number) => !stored.has(number))).toEqual([]);
      expectExact(report, ledger, flight, stored);
      expect(ship.told).toHaveLength(1);
      const lastTold = ship.told[0]!.last_sequence;
      const lastStored = Math.max(...atDeath);
      expectWindow(report, ledger, stored, { lastStored, lastTold, behindMax });
    },
  );
});

/** Both identities hold, and what is stored is what the ship sent. */
function expectExact(
  report: ContactReport,
  { totals }: StreamLedger,
  flight: RealFlight,
  stored: ReadonlyMap<number, string>,
): void {
  expect(report).toMatchObject({ state: 'stopped', closed: true });
  expect(sums(report)).toEqual({
    datagrams: report.datagrams.received,
    numbers: totals.numbers,
  });
  expect(stored.size).toBe(report.numbers.good);
  expect(report.samples_stored).toBe(flight.batteries * stored.size);
  const apid = Buffer.from([...stored.values()][0]!, 'hex').readUInt16BE(0) & 0x7ff;
  const good = goodPackets(flight, totals.numbers, apid);
  expect([...stored].filter(([number, packet]) => good.get(number) !== packet)).toEqual([]);
}

/**
 * Each number is stored, or has the cause that the ledger knows, or was sent while nobody listened. What
 * was under way below the window when the ingestor died may be lost: nothing tells that it came.
 */
function expectWindow(
  { numbers }: ContactReport,
  { entries }: StreamLedger,
  stored: ReadonlyMap<number, string>,
  { lastStored, lastTold, behindMax }: Kill,
): void {
  const missing = numbers.missing_ranges.flatMap(({ from, to, cause }) =>
    Array.from({ length: to - from + 1 }, (_, at) => ({ from: from + at, to: from + at, cause })),
  );
  const isAtKill = ({ from }: MissingRange): boolean =>
    from > lastStored - behindMax && from <= lastTold;
  expect(missing.filter((one) => !isAtKill(one))).toEqual(
    entries.flatMap(fateOf).filter((one) => !isAtKill(one)),
  );

  const firstBack = Math.min(...[...stored.keys()].filter((number) => number > lastStored));
  // Without delays a damaged one that was sent behind the first that came back has come, too.
  const hasCome = (number: number): boolean => behindMax === 0 && number > firstBack;
  const causesOf = (number: number): string[] => {
    const cause = number > lastStored ? 'restart' : 'lost';
    if (entries[number - 1]!.corrupted === 0) return [cause];
    return hasCome(number) ? ['corrupt'] : [cause, 'corrupt'];
  };
  const atKill = missing.filter(isAtKill);
  expect(atKill.filter(({ from, cause }) => !causesOf(from).includes(cause))).toEqual([]);

  const away = atKill.filter(({ cause }) => cause === 'restart').map(({ from }) => from);
  expect(away.length).toBeGreaterThan(0);
  // Sent while nobody listened, and passed by what came back first.
  const passed = away.filter(
    (number) => number > firstBack && !entries[number - 1]!.did.includes('lost'),
  );
  expect(passed.length > 0).toBe(behindMax > 0);
}
