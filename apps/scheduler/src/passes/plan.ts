import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { BookedTime } from './booked-times.port.js';
import { BusyTimes } from './busy-times.js';
import type { Window } from './pass.js';
import {
  comparePredictions,
  isHighEnough,
  isLongEnough,
  type PassWish,
  type Prediction,
} from './predictions.js';

export interface PlanWish extends PassWish {
  readonly window: Window;
  /** Kept free on an antenna between two contacts. */
  readonly marginSeconds: number;
  readonly durationSecondsMax: number;
  /** Contacts begin behind it. */
  readonly now: Instant;
  /** By ship name; 0 where there is none. */
  readonly priorities: ReadonlyMap<string, number>;
}

/** A contact that would be booked: whole seconds inside of the pass. */
export interface PlannedContact {
  readonly prediction: Prediction;
  readonly priority: number;
  readonly startTime: Instant;
  readonly durationSeconds: number;
}

export const LEFT_OUT_REASONS = [
  'too-low',
  'too-short',
  'begun',
  'antenna-busy',
  'ship-busy',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

export interface LeftOut {
  readonly prediction: Prediction;
  readonly priority: number;
  readonly reason: LeftOutReason;
  /** What took the antenna or the ship before. */
  readonly inTheWay: TakenTime | null;
}

/** `contactId` is null for what the plan itself has taken, and for a block, which has no ship either. */
export interface TakenTime extends Window {
  readonly contactId: string | null;
  readonly shipName: string | null;
  readonly antenna: string | null;
}

export interface Plan {
  readonly contacts: readonly PlannedContact[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Takes the passes by priority, then by the highest elevation, then by begin and names, each unless the
 * antenna or the ship is taken. The same input gives the same plan. Both lists are by time.
 */
export function* planContacts(
  predictions: readonly Prediction[],
  booked: readonly BookedTime[],
  wish: PlanWish,
): Generator<null, Plan> {
  const taken = new TakenTimes(booked, wish);
  const contacts: PlannedContact[] = [];
  const leftOut: LeftOut[] = [];
  for (const prediction of byWeight(predictions, wish.priorities)) {
    yield null;
    const priority = priorityOf(prediction, wish);
    const contact = contactIn(prediction, priority, wish);
    const reason = reasonAgainst(contact, wish);
    const obstacle = reason === null ? taken.obstacleTo(contact) : { reason, inTheWay: null };
    if (obstacle !== null) leftOut.push({ prediction, priority, ...obstacle });
    else {
      contacts.push(contact);
      taken.take(contact);
    }
  }
  return { contacts: inOrder(contacts), leftOut: inOrder(leftOut) };
}

const priorityOf = ({ orbit }: Prediction, { priorities }: Pick<PlanWish, 'priorities'>): number =>
  priorities.get(orbit.shipName) ?? 0;

const byWeight = (
  predictions: readonly Prediction[],
  priorities: ReadonlyMap<string, number>,
): Prediction[] =>
  predictions.toSorted(
    (a, b) =>
      priorityOf(b, { priorities }) - priorityOf(a, { priorities }) ||
      b.pass.culmination.elevation - a.pass.culmination.elevation ||
      comparePredictions(a, b),
  );

const inOrder = <T extends { readonly prediction: Prediction }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => comparePredictions(a.prediction, b.prediction));

function contactIn(
  prediction: Prediction,
  priority: number,
  { durationSecondsMax }: PlanWish,
): PlannedContact {
  const { from, to } = prediction.pass.visible;
  const start = Math.ceil(from / MICROS_PER_SECOND);
  const seconds = Math.floor(to / MICROS_PER_SECOND) - start;
  return {
    prediction,
    priority,
    startTime: start * MICROS_PER_SECOND,
    durationSeconds: Math.min(seconds, durationSecondsMax),
  };
}

/** What stands against a contact by itself. */
function reasonAgainst(
  { prediction: { pass }, startTime, durationSeconds }: PlannedContact,
  wish: PlanWish,
): LeftOutReason | null {
  if (!isHighEnough(pass, wish)) return 'too-low';
  if (!isLongEnough(pass, wish) || durationSeconds < 1) return 'too-short';
  return startTime > wish.now ? null : 'begun';
}

const timeOf = ({ startTime, durationSeconds }: PlannedContact): Window => ({
  from: startTime,
  to: startTime + durationSeconds * MICROS_PER_SECOND,
});

/** What the antennas and the ships have to do. */
class TakenTimes {
  readonly #byAntenna = new Map<string, BusyTimes<TakenTime>>();
  readonly #byShip = new Map<string, BusyTimes<TakenTime>>();
  readonly #marginMicros: number;

  constructor(
    booked: readonly BookedTime[],
    private readonly wish: PlanWish,
  ) {
    this.#marginMicros = wish.marginSeconds * MICROS_PER_SECOND;
    for (const one of booked) this.#add(one);
  }

  take(contact: PlannedContact): void {
    const { orbit, station } = contact.prediction;
    const { shipName } = orbit;
    this.#add({ ...timeOf(contact), contactId: null, shipName, antenna: station.antenna });
  }

  obstacleTo(contact: PlannedContact): Pick<LeftOut, 'reason' | 'inTheWay'> | null {
    const { orbit, station } = contact.prediction;
    const time = timeOf(contact);
    const onAntenna = this.#byAntenna.get(station.antenna)?.overlapping(this.#widened(time));
    if (onAntenna) return { reason: 'antenna-busy', inTheWay: onAntenna };
    const ofShip = this.#byShip.get(orbit.shipName)?.overlapping(time);
    return ofShip ? { reason: 'ship-busy', inTheWay: ofShip } : null;
  }

  #add(time: TakenTime): void {
    if (time.antenna !== null) this.#timesOf(this.#byAntenna, time.antenna).add(time);
    if (time.shipName !== null) this.#timesOf(this.#byShip, time.shipName).add(time);
  }

  #timesOf(all: Map<string, BusyTimes<TakenTime>>, name: string): BusyTimes<TakenTime> {
    const there = all.get(name) ?? new BusyTimes<TakenTime>(this.#widened(this.wish.window));
    all.set(name, there);
    return there;
  }

  #widened({ from, to }: Window): Window {
    return { from: from - this.#marginMicros, to: to + this.#marginMicros };
  }
}
