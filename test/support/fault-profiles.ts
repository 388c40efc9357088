import fc from 'fast-check';
import type { StreamFaultsDto } from '#common/contracts';

/** What a ship is asked for, as far as it decides on the bytes that leave. */
export interface FlightOrder {
  readonly format: 'ccsds' | 'json';
  readonly batteryCount: number;
  readonly seed: number;
  /** Numbers that are made. */
  readonly count: number;
  readonly faults: StreamFaultsDto | null;
}

/** Some flights at one time, the packets of all of them signed, or of none. */
export interface FleetOrder {
  readonly isSigned: boolean;
  readonly flights: readonly FlightOrder[];
}

export const COUNT_MAX = 200;
export const PERIOD_MS = 100;
const STREAM_SECONDS_MAX = (COUNT_MAX * PERIOD_MS) / 1_000;

/** Mostly few, and sometimes all or none. */
const share = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 0.4, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1) },
);
const span = (max: number) =>
  fc.tuple(fc.nat(max), fc.nat(max)).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);

const faults: fc.Arbitrary<StreamFaultsDto> = fc.record(
  {
    loss: share,
    burst: fc.record({
      probability: fc.constantFrom(0.003, 0.02, 0.1),
      length: fc.integer({ min: 1, max: 50 }),
    }),
    duplicate: share,
    reorder: fc.record({ probability: share, depth: fc.integer({ min: 1, max: 40 }) }),
    corrupt: share,
    delay_ms: span(5_000),
    blackouts: fc.array(span(STREAM_SECONDS_MAX), { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: [] },
);

const flight: fc.Arbitrary<FlightOrder> = fc.record({
  format: fc.constantFrom('ccsds', 'ccsds', 'ccsds', 'json'),
  batteryCount: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 32 })),
  seed: fc.maxSafeNat(),
  count: fc.integer({ min: 1, max: COUNT_MAX }),
  faults: fc.option(faults, { freq: 20 }),
});

export const FLIGHTS_PER_FLEET = 2;

export const fleets: fc.Arbitrary<FleetOrder> = fc.record({
  isSigned: fc.boolean(),
  flights: fc.array(flight, { minLength: FLIGHTS_PER_FLEET, maxLength: FLIGHTS_PER_FLEET }),
});
