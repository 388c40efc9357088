import type { Attempt } from './search.js';

/** What came of sending for some seconds. */
export interface Trial {
  readonly sent: number;
  /** From the first datagram to the last. */
  readonly seconds: number;
  /** Datagrams that are where they shall be. */
  readonly arrived: number;
  /** Beyond what the end takes without any load, until all was where it shall be. */
  readonly drainSeconds: number;
  /** False: some are neither there nor named as missing. */
  readonly isExplained: boolean;
  /** Of the receiver and of the store behind it; null where the system does not say. */
  readonly cpuSeconds: number | null;
}

export interface Measured extends Attempt {
  /** CPU of receiver and store, in microseconds. */
  readonly microsPerDatagram: number | null;
}

/** Less is nothing to speak of: a pause of the whole machine loses as much. */
export const LOSS_MAX = 0.001;
/** Of the time of sending: what takes longer is not held, but put aside. */
const DRAIN_SHARE_MAX = 0.1;
/** A busy machine answers so much later than an idle one, whatever there is to store. */
const DRAIN_SECONDS_ALLOWED = 0.1;

/** The rate counts until all was stored, so that nobody gets faster by putting aside. */
export function measuredOf(trial: Trial): Measured {
  const { sent, seconds, arrived, cpuSeconds } = trial;
  const drainSeconds = Math.max(0, trial.drainSeconds - DRAIN_SECONDS_ALLOWED);
  const isDrained = drainSeconds <= DRAIN_SHARE_MAX * seconds;
  return {
    isHeld: trial.isExplained && isDrained && lossOf(trial) < LOSS_MAX,
    sentRate: sent / seconds,
    rate: sent / (seconds + drainSeconds),
    microsPerDatagram: cpuSeconds === null ? null : (cpuSeconds * 1e6) / Math.max(1, arrived),
  };
}

/** The share of what was sent. */
export function lossOf({ sent, arrived }: Trial): number {
  return sent === 0 ? 1 : (sent - arrived) / sent;
}

/** What came of a trial at that rate, for whoever looks on. */
export function lineOf(wanted: number, trial: Trial): string {
  const { isHeld, rate } = measuredOf(trial);
  const { sent, arrived, drainSeconds, isExplained } = trial;
  const told = [
    `${Math.round(wanted)}/s wanted, ${Math.round(rate)}/s done`,
    `${sent - arrived} of ${sent} lost`,
    `drained after ${drainSeconds.toFixed(2)} s`,
    ...(isExplained ? [] : ['NOT EXPLAINED']),
  ];
  return `${told.join(', ')}: ${isHeld ? 'held' : 'not held'}`;
}
