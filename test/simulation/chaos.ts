import type { Dice } from './dice.js';
import type { Fate } from './host.js';

const MICROS_PER_MS = 1_000;
const HOUR_MICROS = 3_600_000_000;

/** Those that have a chance of their own. */
export type Fault = Exclude<keyof ChaosProfile, 'isSilent'>;

/** How hostile one run is. Chances are per call, message or alarm. */
export interface ChaosProfile {
  readonly crash: number;
  readonly lost: number;
  readonly late: number;
  readonly latencyMicrosMax: number;
  readonly downMsMax: number;
  /** Of messages: repeated though they were handled; held up; their consumer cancelled. */
  readonly redelivered: number;
  readonly heldUp: number;
  readonly cancelled: number;
  /** Of alarms in Redis: forgotten, late or early, rung again. */
  readonly forgotten: number;
  readonly wrongTime: number;
  readonly rungAgain: number;
  /** Of ships: no answer, or one that is lost; a refusal. */
  readonly shipAway: number;
  readonly shipRefuses: number;
  readonly clockSteps: number;
  /** The network is gone for everyone, so many times. */
  readonly outages: number;
  /** An ingestor that crashes is away for longer than anyone waits for its report. */
  readonly isSilent: boolean;
}

export const CALM: ChaosProfile = {
  crash: 0,
  lost: 0,
  late: 0,
  latencyMicrosMax: 1_000,
  downMsMax: 0,
  redelivered: 0,
  heldUp: 0,
  cancelled: 0,
  forgotten: 0,
  wrongTime: 0,
  rungAgain: 0,
  shipAway: 0,
  shipRefuses: 0,
  clockSteps: 0,
  outages: 0,
  isSilent: false,
};

/** Of one kind of fault alone, what no other excuses shows best. */
const KINDS: readonly (readonly (keyof ChaosProfile)[])[] = [
  ['crash', 'downMsMax'],
  ['lost', 'late'],
  ['redelivered', 'heldUp', 'cancelled'],
  ['forgotten', 'wrongTime', 'rungAgain'],
  ['shipAway', 'shipRefuses'],
  ['clockSteps'],
];

/** In some runs everything goes wrong, in most a few things, in a quarter of them those of one kind. */
export function drawChaos(dice: Dice): ChaosProfile {
  const all = drawAll(dice);
  if (!dice.chance(0.25)) return all;
  const kept = dice.pick(KINDS).map((fault) => [fault, all[fault]] as const);
  return { ...CALM, latencyMicrosMax: all.latencyMicrosMax, ...Object.fromEntries(kept) };
}

function drawAll(dice: Dice): ChaosProfile {
  const some = (...chances: readonly number[]): number => dice.pick([0, 0, ...chances]);
  return {
    crash: some(0.002, 0.01, 0.03),
    lost: some(0.005, 0.03),
    late: dice.pick([0, 0.3]),
    latencyMicrosMax: dice.pick([500, 2_000, 20_000]),
    downMsMax: dice.pick([100, 1_500, 4_000]),
    redelivered: some(0.1, 0.4),
    heldUp: some(0.1, 0.5),
    cancelled: some(0.05, 0.2),
    forgotten: some(0.3, 1),
    wrongTime: some(0.3, 1),
    rungAgain: some(0.5),
    shipAway: some(0.2, 0.6),
    shipRefuses: some(0.1),
    clockSteps: dice.pick([0, 0, 1, 3]),
    outages: dice.pick([0, 0, 0, 1, 2]),
    isSilent: dice.chance(0.02),
  };
}

/** The faults of one run, until it is calmed. */
export class Chaos {
  #profile: ChaosProfile;
  #isOut = false;

  constructor(
    private readonly dice: Dice,
    profile: ChaosProfile,
  ) {
    this.#profile = profile;
  }

  get profile(): ChaosProfile {
    return this.#profile;
  }

  /** From now on everything works: whatever is not in order soon never will be. */
  calm(): void {
    this.#profile = { ...CALM, latencyMicrosMax: this.#profile.latencyMicrosMax };
    this.#isOut = false;
  }

  /** No call comes through until it is over. */
  setOutage(isOut: boolean): void {
    this.#isOut = isOut;
  }

  fate(): Fate {
    if (this.#isOut) return 'lost before';
    const { crash, lost, late } = this.#profile;
    if (crash + lost + late === 0) return 'done';
    const at = this.dice.fraction();
    if (at < crash) return this.dice.chance(0.5) ? 'crash before' : 'crash after';
    if (at < crash + lost) return this.dice.chance(0.5) ? 'lost before' : 'lost after';
    return at < crash + lost + late ? 'answered late' : 'done';
  }

  latencyMicros(): number {
    return 100 + this.dice.below(this.#profile.latencyMicrosMax);
  }

  downMicros(): number {
    return this.dice.between(20, 20 + this.#profile.downMsMax) * MICROS_PER_MS;
  }

  /** Up to an hour, either way, or so little that nobody notices. */
  clockStepMicros(): number {
    const size = this.dice.pick([
      20 * MICROS_PER_MS,
      700 * MICROS_PER_MS,
      HOUR_MICROS,
      HOUR_MICROS,
    ]);
    return this.dice.chance(0.5) ? size : -size;
  }

  happens(fault: Fault): boolean {
    return this.dice.chance(this.#profile[fault]);
  }
}
