import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contactKey,
  crc16,
  decodeBatteryPacket,
  decodeBatteryText,
  isSigned,
  type LedgerEntry,
  type StreamFaultsDto,
} from '#common/contracts';
import { faultProfileOf } from './fault-profile.js';
import { type SimulatedDatagram, SimulatedFlight } from './simulated-flight.js';

const EPOCH = 1_900_000_000_000_000;
const KEY = contactKey('secret', 'contact');

const probability = fc.oneof(
  fc.constant(0),
  fc.constant(1),
  fc.double({ max: 0.3, min: 0, noNaN: true }),
);
const span = (max: number) =>
  fc.tuple(fc.nat(max), fc.nat(max)).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
const faults: fc.Arbitrary<StreamFaultsDto> = fc.record(
  {
    loss: fc.double({ min: 0, max: 0.3, noNaN: true }),
    burst: fc.record({
      probability: fc.constantFrom(0, 0.01, 0.1),
      length: fc.integer({ min: 1, max: 40 }),
    }),
    duplicate: probability,
    reorder: fc.record({ probability, depth: fc.integer({ min: 1, max: 20 }) }),
    corrupt: fc.double({ min: 0, max: 0.3, noNaN: true }),
    delay_ms: span(2_000),
    blackouts: fc.array(span(20), { maxLength: 4 }),
  },
  { requiredKeys: [] },
);
const plans = fc.record({
  format: fc.constantFrom('json' as const, 'ccsds' as const),
  batteryCount: fc.integer({ min: 1, max: 3 }),
  seed: fc.maxSafeNat(),
  count: fc.integer({ min: 1, max: 300 }),
  isKeyed: fc.boolean(),
  faults: fc.option(faults),
});
type Plan = typeof plans extends fc.Arbitrary<infer P> ? P : never;

function fly({ faults: asked, isKeyed, ...plan }: Plan) {
  const apid = plan.format === 'ccsds' ? 200 : null;
  const profile = asked === null ? null : faultProfileOf(asked);
  const flight = new SimulatedFlight(
    { ...plan, apid, faults: profile, epoch: EPOCH },
    100,
    isKeyed && apid !== null ? KEY : null,
  );
  const all = [...flight.datagrams()];
  const telemetry = all.filter(({ number }) => number !== null);
  return { all, telemetry, ...flight.ledger() };
}

const sum = (entries: readonly LedgerEntry[], count: (entry: LedgerEntry) => number): number =>
  entries.reduce((total, entry) => total + count(entry), 0);
const sha256 = (datagrams: readonly SimulatedDatagram[]): string =>
  createHash('sha256')
    .update(Buffer.concat(datagrams.map(({ bytes }) => bytes)))
    .digest('hex');

describe('a simulated flight', () => {
  it('has a ledger that agrees with what leaves, whatever the faults', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { all, telemetry, totals, entries, ...ledger } = fly(plan);

        expect(entries.map(({ number }) => number)).toEqual(
          Array.from({ length: plan.count }, (_, index) => index + 1),
        );
        expect(entries.filter((entry) => !agrees(entry, telemetry))).toEqual([]);
        expect(totals.datagrams).toBe(telemetry.length);
        expect(ledger.sha256).toBe(sha256(all));
      }),
      { numRuns: 60 },
    );
  });

  it('has totals that add up', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { all, telemetry, totals, entries } = fly(plan);
        const having = (action: LedgerEntry['did'][number]): number =>
          sum(entries, ({ did }) => Number(did.includes(action)));

        expect(totals).toMatchObject({ numbers: plan.count, held: 0, refused: 0 });
        expect(totals.datagrams).toBe(totals.intact + totals.repeated + totals.corrupted);
        expect(totals.datagrams).toBe(sum(entries, ({ datagrams }) => datagrams));
        expect(totals.corrupted).toBe(sum(entries, ({ corrupted }) => corrupted));
        expect(totals.bytes).toBe(telemetry.reduce((bytes, one) => bytes + one.bytes.length, 0));
        expect(totals.intact).toBe(
          entries.filter(({ datagrams, corrupted }) => datagrams > corrupted).length,
        );
        expect(totals.closing).toBe(all.length - telemetry.length);
        for (const action of ['lost', 'duplicated', 'reordered', 'delayed', 'recorded'] as const)
          expect(totals[action]).toBe(having(action));
        expect(totals.late).toBe(lateIn(telemetry));
      }),
      { numRuns: 60 },
    );
  });

  it('sends readable datagrams but for those that are damaged, and those are never readable', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const read = plan.format === 'json' ? isText : isPacketOf(plan);
        const wrong = fly(plan).all.filter((one) => read(one) === one.isCorrupted);
        expect(wrong).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const one = fly(plan);
        const other = fly({ ...plan, seed: (plan.seed + 1) % Number.MAX_SAFE_INTEGER });

        const again = fly(plan);
        expect(again.sha256).toBe(one.sha256);
        expect(JSON.stringify(again.entries)).toBe(JSON.stringify(one.entries));
        // Of texts there may be few, of the same whole volts.
        const mayBeSame =
          plan.format === 'json' || one.telemetry.length * other.telemetry.length === 0;
        expect(mayBeSame || other.sha256 !== one.sha256).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('has the same readings with faults as without', () => {
    const plan = { format: 'ccsds', batteryCount: 2, seed: 7, count: 200, isKeyed: false } as const;
    const free = fly({ ...plan, faults: null });
    const faulty = fly({ ...plan, faults: { loss: 0.1, duplicate: 0.2, delay_ms: [0, 900] } });
    const byNumber = new Map(free.telemetry.map(({ number, bytes }) => [number, bytes]));

    expect(faulty.telemetry.length).toBeGreaterThan(150);
    for (const { number, bytes } of faulty.telemetry) expect(bytes).toEqual(byNumber.get(number));
  });

  it('tells the time from the epoch and the period alone', () => {
    const { telemetry } = fly({
      format: 'ccsds',
      batteryCount: 1,
      seed: 7,
      count: 3,
      isKeyed: false,
      faults: null,
    });

    const times = telemetry.map(({ bytes }) => decodeBatteryPacket(bytes));
    expect(times.map((one) => (one.kind === 'battery' ? one.packet.generatedAtMs : null))).toEqual([
      EPOCH / 1_000,
      EPOCH / 1_000 + 100,
      EPOCH / 1_000 + 200,
    ]);
  });
});

/** Numbers whose first undamaged datagram comes after one of a higher number. */
function lateIn(telemetry: readonly SimulatedDatagram[]): number {
  const taken = new Set<number>();
  let highest = 0;
  let lateCount = 0;
  for (const { number, isCorrupted } of telemetry) {
    if (number === null || isCorrupted || taken.has(number)) continue;
    taken.add(number);
    if (number < highest) lateCount += 1;
    highest = Math.max(highest, number);
  }
  return lateCount;
}

function agrees(entry: LedgerEntry, telemetry: readonly SimulatedDatagram[]): boolean {
  const { number, did, datagrams, corrupted } = entry;
  const left = telemetry.filter((one) => one.number === number);
  return (
    left.length === datagrams &&
    left.filter(({ isCorrupted }) => isCorrupted).length === corrupted &&
    did.includes('lost') === (datagrams === 0) &&
    did.includes('sent') === datagrams > 0 &&
    did.includes('duplicated') === (datagrams === 2) &&
    did.includes('corrupted') === corrupted > 0
  );
}

const isText = ({ bytes }: SimulatedDatagram): boolean =>
  decodeBatteryText(bytes).kind === 'reading';

/** Throws when it cannot be told whose packet it is and which, which no damage may hide. */
const isPacketOf =
  ({ isKeyed, count }: Plan) =>
  ({ bytes, number }: SimulatedDatagram): boolean => {
    const identity = [bytes.readUInt16BE(0) & 0x7ff, bytes.readUInt32BE(14)];
    if (identity.join() !== [200, number ?? count].join())
      throw new Error(`It is ${identity.join()}`);
    const isWhole = crc16(bytes) === 0;
    return isKeyed && isWhole ? isSigned(KEY, bytes) : isWhole;
  };
