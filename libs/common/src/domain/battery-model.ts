import type { BatteryMode, BatteryReading } from './battery.js';
import { nextFraction, type RandomState, seededRandom } from './seeded-random.js';

/** A low orbit: an hour in the sun, then half an hour in the shadow of the Earth. */
export const ORBIT_SECONDS = 5_560;
const SHADOW_SECONDS = 2_000;

/** Seven lithium-ion cells in series on a 28 V bus. */
const CELLS = 7;
const CAPACITY_AMPERE_HOURS = 4;
const RESISTANCE_OHMS = 0.15;
const RESISTANCE_OHMS_MAX = 0.3;
/** The charger holds the bus here, and the current falls by itself as the pack fills. */
const CHARGE_VOLTS_MAX = 28.7;
/** Open-circuit voltage of one cell at 0, 10, … 100 % of charge. */
const CELL_VOLTS = [3.0, 3.42, 3.53, 3.59, 3.64, 3.7, 3.77, 3.85, 3.93, 4.01, 4.1] as const;

const PANEL_WATTS = 95;
const LOAD_WATTS_MEAN = 45;
const LOAD_WATTS_MIN = 25;
const LOAD_WATTS_MAX = 75;
const LOAD_WATTS_SPREAD = 8;
const LOAD_SETTLING_SECONDS = 30;
/** Below this charge the ship switches consumers off, the more the emptier the pack is. */
const SHEDDING_CHARGE = 8;
const CURRENT_SETTLING_SECONDS = 2;

const SUN_CELSIUS = 24;
const SHADOW_CELSIUS = 4;
const HEATING_KELVIN_PER_WATT = 10;
const THERMAL_SETTLING_SECONDS = 1_500;

const IDLE_AMPERES = 0.02;
const FAULT_CELSIUS_MAX = 60;
const FAULT_CELSIUS_MIN = -20;
const FAULT_CHARGE = 1;

/** Longer steps are taken in parts, so that a slow stream shows the same battery as a fast one. */
const PART_SECONDS_MAX = 10;

export interface BatteryState {
  /** Time since the pack came into the sun. */
  readonly orbitSeconds: number;
  /** State of charge in %. */
  readonly charge: number;
  readonly celsius: number;
  /** Into the pack; negative while it discharges. */
  readonly amperes: number;
  readonly loadWatts: number;
  readonly random: RandomState;
}

/** The batteries of one ship: the same sun on all, each with a charge and a warmth of its own. */
export function newBatteries(seed: number, count: number): BatteryState[] {
  const [place, ship] = nextFraction(seededRandom(seed));
  const batteries: BatteryState[] = [];
  let random = ship;
  for (let battery = 0; battery < count; battery++) {
    const [filling, afterFilling] = nextFraction(random);
    const [warmth, afterWarmth] = nextFraction(afterFilling);
    const [own, next] = nextFraction(afterWarmth);
    random = next;
    const atRest: BatteryState = {
      orbitSeconds: place * ORBIT_SECONDS,
      charge: 60 + 35 * filling,
      celsius: SHADOW_CELSIUS + (SUN_CELSIUS - SHADOW_CELSIUS) * warmth,
      amperes: 0,
      loadWatts: LOAD_WATTS_MEAN,
      random: seededRandom(Math.floor(own * 2 ** 32)),
    };
    batteries.push({ ...atRest, amperes: settledAmperes(atRest) });
  }
  return batteries;
}

/** The battery `seconds` later. Pure: chance comes from the state, which came from the seed. */
export function stepBattery(state: BatteryState, seconds: number): BatteryState {
  const parts = Math.max(1, Math.ceil(seconds / PART_SECONDS_MAX));
  let next = state;
  for (let part = 0; part < parts; part++) next = stepPart(next, seconds / parts);
  return next;
}

function stepPart(state: BatteryState, seconds: number): BatteryState {
  const [chance, random] = nextFraction(state.random);
  const moved: BatteryState = {
    ...state,
    orbitSeconds: (state.orbitSeconds + seconds) % ORBIT_SECONDS,
    charge: chargeAfter(state, seconds),
    celsius: celsiusAfter(state, seconds),
    loadWatts: loadAfter(state.loadWatts, seconds, chance),
    random,
  };
  const settled = settledAmperes(moved);
  const amperes =
    settled + (moved.amperes - settled) * remaining(seconds, CURRENT_SETTLING_SECONDS);
  return { ...moved, amperes: Math.min(amperes, chargerAmperesMax(moved)) };
}

/** What a sensor on the pack shows. */
export function readBattery(state: BatteryState): BatteryReading {
  const { amperes, celsius, charge } = state;
  const volts = openCircuitVolts(charge) + amperes * resistanceOhms(celsius);
  return { mode: modeOf(state), volts, amperes, celsius, charge };
}

function modeOf({ amperes, celsius, charge }: BatteryState): BatteryMode {
  if (celsius > FAULT_CELSIUS_MAX || celsius < FAULT_CELSIUS_MIN || charge < FAULT_CHARGE) {
    return 'fault';
  }
  if (Math.abs(amperes) < IDLE_AMPERES) return 'idle';
  return amperes < 0 ? 'discharging' : 'charging';
}

function openCircuitVolts(charge: number): number {
  const step = Math.min(Math.floor(charge / 10), CELL_VOLTS.length - 2);
  // `step` and the one after it are inside the table for any charge from 0 to 100.
  const [below, above] = [CELL_VOLTS[step]!, CELL_VOLTS[step + 1]!];
  return CELLS * (below + (above - below) * (charge / 10 - step));
}

/** Cold makes the pack resist more. */
const resistanceOhms = (celsius: number): number =>
  Math.min(Math.max(RESISTANCE_OHMS * (1 + 0.012 * (20 - celsius)), 0.1), RESISTANCE_OHMS_MAX);

const chargerAmperesMax = ({ charge, celsius }: BatteryState): number =>
  (CHARGE_VOLTS_MAX - openCircuitVolts(charge)) / resistanceOhms(celsius);

/** Where the current would come to rest with this sun, this load and this charge. */
function settledAmperes(state: BatteryState): number {
  const shed = Math.min(1, state.charge / SHEDDING_CHARGE);
  const isInSun = state.orbitSeconds < ORBIT_SECONDS - SHADOW_SECONDS;
  const surplusWatts = (isInSun ? PANEL_WATTS : 0) - state.loadWatts * shed;
  return Math.min(surplusWatts / openCircuitVolts(state.charge), chargerAmperesMax(state));
}

function chargeAfter({ charge, amperes }: BatteryState, seconds: number): number {
  const amperesSeconds = CAPACITY_AMPERE_HOURS * 3_600;
  return Math.min(100, Math.max(0, charge + (100 * amperes * seconds) / amperesSeconds));
}

function celsiusAfter({ celsius, amperes, orbitSeconds }: BatteryState, seconds: number): number {
  const isInSun = orbitSeconds < ORBIT_SECONDS - SHADOW_SECONDS;
  const lossWatts = amperes ** 2 * resistanceOhms(celsius);
  const settled = (isInSun ? SUN_CELSIUS : SHADOW_CELSIUS) + HEATING_KELVIN_PER_WATT * lossWatts;
  return settled + (celsius - settled) * remaining(seconds, THERMAL_SETTLING_SECONDS);
}

/** Consumers come and go: a random walk that is drawn back to its mean (Ornstein–Uhlenbeck). */
function loadAfter(loadWatts: number, seconds: number, chance: number): number {
  const kept = remaining(seconds, LOAD_SETTLING_SECONDS);
  // An even draw from −√3 to √3 has the variance 1.
  const noise = LOAD_WATTS_SPREAD * Math.sqrt(1 - kept ** 2) * Math.sqrt(3) * (2 * chance - 1);
  const drawn = LOAD_WATTS_MEAN + (loadWatts - LOAD_WATTS_MEAN) * kept + noise;
  return Math.min(LOAD_WATTS_MAX, Math.max(LOAD_WATTS_MIN, drawn));
}

/** What is left of a difference that dies away, after some time. */
const remaining = (seconds: number, settlingSeconds: number): number =>
  Math.exp(-seconds / settlingSeconds);
