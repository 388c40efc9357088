import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatteryState,
  newBatteries,
  ORBIT_SECONDS,
  readBattery,
  stepBattery,
} from './battery-model.js';

const seed = fc.maxSafeNat();
const seconds = fc.double({ min: 0, max: 3_600, noNaN: true });

function series(battery: BatteryState, steps: readonly number[]): BatteryState[] {
  const states = [battery];
  for (const step of steps) states.push(stepBattery(states.at(-1) ?? battery, step));
  return states;
}

const first = (from: number): BatteryState => newBatteries(from, 1)[0]!;
const aDay = (from: number): BatteryState[] =>
  series(
    first(from),
    Array.from({ length: 1_440 }, () => 60),
  );

describe('a battery', () => {
  it('stays within its bounds, whatever the seed and the steps', () => {
    fc.assert(
      fc.property(seed, fc.array(seconds, { maxLength: 40 }), (from, steps) => {
        for (const state of series(first(from), steps)) {
          const { volts, amperes, celsius, charge } = readBattery(state);
          expect(charge).toBeGreaterThanOrEqual(0);
          expect(charge).toBeLessThanOrEqual(100);
          expect(volts).toBeGreaterThanOrEqual(20);
          expect(volts).toBeLessThanOrEqual(28.71);
          expect(Math.abs(amperes)).toBeLessThan(6);
          expect(celsius).toBeGreaterThan(-20);
          expect(celsius).toBeLessThan(60);
        }
      }),
    );
  });

  it('stays within its bounds when it starts empty, full, cold or hot', () => {
    const extreme = fc.record({
      charge: fc.double({ min: 0, max: 100, noNaN: true }),
      celsius: fc.double({ min: -40, max: 80, noNaN: true }),
      orbitSeconds: fc.double({ min: 0, max: ORBIT_SECONDS, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(seed, extreme, fc.array(seconds, { maxLength: 10 }), (from, start, steps) => {
        for (const state of series({ ...first(from), ...start, amperes: 0 }, steps)) {
          const { volts, charge } = readBattery(state);
          expect(charge).toBeGreaterThanOrEqual(0);
          expect(charge).toBeLessThanOrEqual(100);
          expect(volts).toBeGreaterThanOrEqual(5);
          expect(volts).toBeLessThanOrEqual(28.71);
        }
      }),
    );
  });

  it('shows the same series for the same seed, another for another', () => {
    fc.assert(
      fc.property(
        seed,
        seed,
        fc.array(seconds, { minLength: 2, maxLength: 10 }),
        (one, two, steps) => {
          fc.pre(one !== two);
          expect(series(first(one), steps)).toEqual(series(first(one), steps));
          expect(series(first(two), steps)).not.toEqual(series(first(one), steps));
        },
      ),
    );
  });

  it('moves without jumps', () => {
    const brief = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(seed, fc.array(brief, { maxLength: 60 }), (from, steps) => {
        const readings = series(first(from), steps).map(readBattery);
        readings.slice(1).forEach((after, index) => {
          const before = readings[index]!;
          expect(Math.abs(after.volts - before.volts)).toBeLessThan(0.5);
          expect(Math.abs(after.charge - before.charge)).toBeLessThan(0.1);
          expect(Math.abs(after.celsius - before.celsius)).toBeLessThan(0.1);
        });
      }),
    );
  });

  it('charges in the sun and discharges in the shadow, over a day of orbits', () => {
    const day = aDay(7);
    const charges = day.map(({ charge }) => charge);
    const modes = new Set(day.map((state) => readBattery(state).mode));

    expect(modes).toContain('charging');
    expect(modes).toContain('discharging');
    expect(modes).not.toContain('fault');
    expect(Math.max(...charges) - Math.min(...charges)).toBeGreaterThan(15);
  });

  it('is warmer in the sun than in the shadow', () => {
    const celsius = aDay(7).map((state) => state.celsius);

    expect(Math.max(...celsius) - Math.min(...celsius)).toBeGreaterThan(8);
  });

  it('has a higher voltage the fuller it is, at the same current', () => {
    const charge = fc.double({ min: 0, max: 99, noNaN: true });
    fc.assert(
      fc.property(charge, (level) => {
        const lower = readBattery({ ...first(7), charge: level }).volts;
        const higher = readBattery({ ...first(7), charge: level + 1 }).volts;
        expect(higher).toBeGreaterThan(lower);
      }),
    );
  });

  it('reports a fault when it is empty or too hot', () => {
    expect(readBattery({ ...first(7), charge: 0.5 }).mode).toBe('fault');
    expect(readBattery({ ...first(7), celsius: 61 }).mode).toBe('fault');
  });

  it('rests when no current flows', () => {
    expect(readBattery({ ...first(7), amperes: 0.01 }).mode).toBe('idle');
  });
});

describe('the batteries of a ship', () => {
  it('stand in the same sun, each in a state of its own', () => {
    const batteries = newBatteries(7, 32);

    expect(new Set(batteries.map(({ orbitSeconds }) => orbitSeconds)).size).toBe(1);
    expect(new Set(batteries.map(({ charge }) => charge)).size).toBe(32);
  });

  it('do not change when there are more of them', () => {
    expect(newBatteries(7, 4).slice(0, 2)).toEqual(newBatteries(7, 2));
  });
});
