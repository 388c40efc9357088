import { faultsIn } from './explained.js';
import type { Ground } from './ground.js';

export interface FillPlan {
  readonly shipName: string;
  readonly packets: number;
  /** Of each packet. */
  readonly records: number;
  /** Generation time of the first, in microseconds, and from one to the next. */
  readonly timeMicros: number;
  readonly stepMicros: number;
}

export interface FillContext {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Packets a second at first. */
const RATE_START = 20_000;
const RATE_MIN = 500;
const RATE_MAX = 80_000;
/** One contact after the other, so that a rate that is too high is seen early. */
const CONTACT_SECONDS = 3;
const FASTER = 1.3;
/** What the end of a contact takes on a busy machine, whatever there is to store. */
const END_SECONDS = 0.5;
const FILL_MS_MAX = 420_000;

/**
 * Has one ship send so many packets, as fast as they are stored. For what was lost on the way others
 * are sent, of later times. How many samples are stored.
 */
export async function fill(
  ground: Ground,
  plan: FillPlan,
  { signal, onProgress }: FillContext,
): Promise<number> {
  const { shipName, packets, records, stepMicros } = plan;
  const giveUpAt = performance.now() + FILL_MS_MAX;
  let rate = RATE_START;
  let [sent, stored] = [0, 0];
  while (stored < packets) {
    signal.throwIfAborted();
    if (performance.now() > giveUpAt)
      throw new Error(`Only ${stored} packets are stored after ${FILL_MS_MAX / 1_000} s`);
    const count = Math.min(packets - stored, Math.ceil(rate * CONTACT_SECONDS));
    const timeMicros = plan.timeMicros + sent * stepMicros;
    const flight = { rate, count, records, timeMicros, stepMicros };
    const { report, seconds, endSeconds } = await ground.play(flight, shipName);
    const [fault] = faultsIn(report, { numbers: count, records });
    if (fault !== undefined) throw new Error(`An account is wrong: ${fault}`);
    sent += count;
    stored += report.numbers.good;
    onProgress(`  ${stored} packets stored, ${Math.round(rate)}/s`);
    const isHeld = report.numbers.missing === 0 && endSeconds < seconds / 2 + END_SECONDS;
    rate = isHeld ? Math.min(RATE_MAX, rate * FASTER) : Math.max(RATE_MIN, rate / 2);
  }
  return stored * records;
}
