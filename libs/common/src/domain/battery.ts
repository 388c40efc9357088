/** What a battery does at a moment; the order is the code on the wire. */
export const BATTERY_MODES = ['idle', 'discharging', 'charging', 'fault'] as const;
export type BatteryMode = (typeof BATTERY_MODES)[number];

/** One look at one battery. */
export interface BatteryReading {
  readonly mode: BatteryMode;
  readonly volts: number;
  /** Negative while it discharges. */
  readonly amperes: number;
  readonly celsius: number;
  /** State of charge in %. */
  readonly charge: number;
}
