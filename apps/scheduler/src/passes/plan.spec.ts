import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookedTime } from './booked-times.port.js';
import { Orbit } from './orbit.js';
import type { PassPoint } from './pass.js';
import { type Plan, planContacts, type PlannedContact, type PlanWish } from './plan.js';
import type { Prediction } from './predictions.js';
import type { Station } from './station.js';
import { EPOCH, HOUR_MICROS, lowElements } from './testing/orbits.js';

const SECOND = 1_000_000;
const WINDOW = { from: EPOCH, to: EPOCH + 6 * HOUR_MICROS };
const ORBITS = ['Alpha', 'Beta', 'Gamma'].map((name) => new Orbit(name, lowElements()));
/** Two of them share an antenna. */
const STATIONS = [
  ['North', 'Dish'],
  ['South', 'Pole'],
  ['West', 'Dish'],
].map(([name, antenna]): Station => {
  const place = { latitudeDegrees: 0, longitudeDegrees: 0, altitudeMetres: 0 };
  return { name: name!, antenna: antenna!, elevationMinDegrees: 0, ...place };
});

interface Given {
  readonly ship?: number;
  readonly station?: number;
  readonly fromMs: number;
  readonly seconds: number;
  readonly elevation?: number;
}

function predicted({ ship = 0, station = 0, fromMs, seconds, elevation = 45 }: Given): Prediction {
  const from = WINDOW.from + fromMs * 1_000;
  const culmination: PassPoint = { at: from, azimuth: 0, elevation, rangeKm: 500 };
  const visible = { from, to: from + seconds * SECOND };
  const pass = { rise: null, culmination, set: null, visible };
  return { orbit: ORBITS[ship]!, station: STATIONS[station]!, pass };
}

function planned(
  predictions: readonly Prediction[],
  wish: Partial<PlanWish> = {},
  booked: readonly BookedTime[] = [],
): Plan {
  const plan = planContacts(predictions, booked, {
    window: WINDOW,
    marginSeconds: 0,
    durationSecondsMax: 7_200,
    durationSecondsMin: 0,
    elevationMin: 0,
    now: EPOCH - HOUR_MICROS,
    priorities: new Map(),
    ...wish,
  });
  for (;;) {
    const step = plan.next();
    if (step.done) return step.value;
  }
}

const anyPrediction = fc
  .record({
    ship: fc.nat(2),
    station: fc.nat(2),
    fromMs: fc.nat(5 * 3_600_000),
    seconds: fc.integer({ min: 0, max: 3_000 }),
    elevation: fc.nat(90),
  })
  .map(predicted);
const anyBooked = fc
  .record({ fromSeconds: fc.nat(18_000), seconds: fc.nat(3_000), which: fc.nat(2) })
  .map(({ fromSeconds, seconds, which }): BookedTime => {
    const from = WINDOW.from + fromSeconds * SECOND;
    const to = from + seconds * SECOND;
    const antenna = ['Dish', 'Pole', null][which]!;
    return { contactId: `${which}`, shipName: ORBITS[which]!.shipName, antenna, from, to };
  });
const anyPredictions = fc.array(anyPrediction, { maxLength: 30 });

interface Taken {
  readonly shipName: string | null;
  readonly antenna: string | null;
  readonly from: number;
  readonly to: number;
}

const takenBy = ({ prediction, startTime, durationSeconds }: PlannedContact): Taken => ({
  shipName: prediction.orbit.shipName,
  antenna: prediction.station.antenna,
  from: startTime,
  to: startTime + durationSeconds * SECOND,
});

const overlaps = (a: Taken, b: Taken, margin = 0): boolean =>
  a.from < b.to + margin && b.from < a.to + margin;

describe('A plan', () => {
  it('has no two contacts on one antenna or of one ship at a time, nor with what is booked', () => {
    const priorities = new Map([['Beta', 3]]);
    fc.assert(
      fc.property(
        anyPredictions,
        fc.array(anyBooked, { maxLength: 5 }),
        fc.nat(300),
        (predictions, booked, marginSeconds) => {
          const { contacts } = planned(predictions, { marginSeconds, priorities }, booked);
          const taken = contacts.map(takenBy);
          const margin = marginSeconds * SECOND;
          for (const [at, one] of taken.entries())
            for (const other of [...taken.slice(at + 1), ...booked]) {
              const isOnAntenna = one.antenna === other.antenna && overlaps(one, other, margin);
              const isOfShip = one.shipName === other.shipName && overlaps(one, other);
              expect(isOnAntenna || isOfShip).toBe(false);
            }
        },
      ),
    );
  });

  it('lies in whole seconds inside of the passes, and tells of every pass', () => {
    fc.assert(
      fc.property(anyPredictions, (predictions) => {
        const { contacts, leftOut } = planned(predictions);
        const told = [...contacts, ...leftOut].map(({ prediction }) => prediction);
        expect(new Set(told)).toEqual(new Set(predictions));
        expect(told).toHaveLength(predictions.length);
        for (const contact of contacts) {
          const { visible } = contact.prediction.pass;
          const { from, to } = takenBy(contact);
          expect(from % SECOND).toBe(0);
          expect(Number.isInteger(contact.durationSeconds)).toBe(true);
          expect(from >= visible.from && to <= visible.to && from < to).toBe(true);
        }
      }),
    );
  });

  it('is the same whatever the order of the passes, and full: none left out would fit', () => {
    fc.assert(
      fc.property(anyPredictions, fc.func(fc.nat()), (predictions, rank) => {
        const plan = planned(predictions);
        const shuffled = predictions.toSorted((a, b) => rank(a) - rank(b));
        expect(planned(shuffled).contacts.map(takenBy)).toEqual(plan.contacts.map(takenBy));
        for (const { prediction, reason } of plan.leftOut.filter(({ inTheWay }) => inTheWay)) {
          const [alone] = planned([prediction]).contacts;
          const rivals = plan.contacts.filter((contact) =>
            reason === 'ship-busy'
              ? contact.prediction.orbit === prediction.orbit
              : contact.prediction.station.antenna === prediction.station.antenna,
          );
          expect(rivals.some((rival) => overlaps(takenBy(rival), takenBy(alone!)))).toBe(true);
        }
      }),
    );
  });

  it('prefers priority, then elevation, then the earlier one', () => {
    const rival = (given: Partial<Given>): Prediction =>
      predicted({ fromMs: 0, seconds: 600, ...given });
    const shipOf = (predictions: readonly Prediction[], wish: Partial<PlanWish> = {}): string => {
      const { contacts, leftOut } = planned(predictions, wish);
      expect([contacts.length, leftOut.length]).toEqual([1, 1]);
      return contacts[0]!.prediction.orbit.shipName;
    };
    const [low, high] = [rival({ elevation: 20 }), rival({ ship: 1, elevation: 70 })];
    expect(shipOf([low, high])).toBe('Beta');
    expect(shipOf([low, high], { priorities: new Map([['Alpha', 1]]) })).toBe('Alpha');
    expect(shipOf([rival({ ship: 1 }), rival({ ship: 2, fromMs: 1_000 })])).toBe('Beta');
    expect(shipOf([rival({ ship: 2 }), rival({ ship: 1 })])).toBe('Beta');
  });

  it('says why it left a pass out, and what is in the way', () => {
    const booked: BookedTime = {
      contactId: 'booked',
      shipName: 'Delta',
      antenna: 'Dish',
      from: WINDOW.from,
      to: WINDOW.from + 60 * SECOND,
    };
    const passes = [
      predicted({ fromMs: 30_000, seconds: 600 }),
      predicted({ fromMs: 30_000, seconds: 600, station: 1 }),
      predicted({ fromMs: 700_000, seconds: 600, elevation: 9 }),
      predicted({ fromMs: 2_000_000, seconds: 29 }),
      predicted({ fromMs: 3_000_500, seconds: 600 }),
      predicted({ fromMs: 3_000_500, seconds: 600, station: 1, elevation: 44 }),
      predicted({ fromMs: 0, seconds: 600, ship: 1, station: 1 }),
    ];
    const wish = { elevationMin: 10, durationSecondsMin: 30, now: WINDOW.from };
    const { contacts, leftOut } = planned(passes, wish, [booked]);

    expect(contacts.map(({ prediction }) => passes.indexOf(prediction))).toEqual([1, 4]);
    expect(contacts[1]).toMatchObject({
      startTime: WINDOW.from + 3_001 * SECOND,
      durationSeconds: 599,
    });
    expect(
      leftOut.map(({ prediction, reason, inTheWay }) => [
        passes.indexOf(prediction),
        reason,
        inTheWay?.contactId,
      ]),
    ).toEqual([
      [6, 'begun', undefined],
      [0, 'antenna-busy', 'booked'],
      [2, 'too-low', undefined],
      [3, 'too-short', undefined],
      [5, 'ship-busy', null],
    ]);
  });

  it('cuts what goes on for days to the longest contact there can be', () => {
    const { contacts } = planned([predicted({ fromMs: 0, seconds: 18_000 })]);
    expect(contacts).toMatchObject([{ startTime: WINDOW.from, durationSeconds: 7_200 }]);
  });
});
