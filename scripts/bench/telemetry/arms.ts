import type { BenchContext } from '../context.js';
import type { Remark } from '../figure.js';
import { type Arm, type Party, PartyMissing } from './parties.js';
import { confirm, findHighest } from './search.js';
import { lineOf, type Measured, measuredOf } from './trial.js';

/** A search takes many steps; what is told is measured for the whole time. */
const SEARCH_SHARE = 0.5;

/** What each arm held, round by round. */
export class Results {
  readonly #rounds = new Map<string, Map<number, Measured>>();
  readonly #remarks = new Map<string, Remark>();

  add(arm: string, round: number, measured: Measured): void {
    const rounds = this.#rounds.get(arm) ?? new Map<number, Measured>();
    this.#rounds.set(arm, rounds.set(round, measured));
  }

  of(arm: string): ReadonlyMap<number, Measured> {
    return this.#rounds.get(arm) ?? new Map();
  }

  /** Where the search begins in the next round. */
  lastRate(arm: string): number | undefined {
    return [...this.of(arm).values()].at(-1)?.rate;
  }

  note(remark: Remark): void {
    this.#remarks.set(remark.name, remark);
  }

  get remarks(): readonly Remark[] {
    return [...this.#remarks.values()];
  }
}

export interface RoundsPlan {
  readonly parties: readonly Party[];
  readonly rounds: number;
  /** Of what is told; the steps to it are shorter. */
  readonly seconds: number;
}

/**
 * All parties in each round, in turn from the front and from the back, so that a machine that gets
 * slower meanwhile does so for all. One that cannot be measured is said, and left out from then on.
 */
export async function runRounds(
  { parties, rounds, seconds }: RoundsPlan,
  { signal, onProgress }: Pick<BenchContext, 'signal' | 'onProgress'>,
): Promise<Results> {
  const results = new Results();
  const missing = new Set<Party>();
  for (let round = 1; round <= rounds; round += 1) {
    const order = round % 2 === 1 ? parties : parties.toReversed();
    for (const party of order.filter((one) => !missing.has(one))) {
      signal.throwIfAborted();
      const measure = async (arm: Arm): Promise<void> => {
        onProgress(`${arm.name}: round ${round} of ${rounds}`);
        const measured = await measureArm(arm, results.lastRate(arm.name) ?? arm.start, {
          seconds,
          onTrial: (line) => onProgress(`  ${line}`),
        });
        signal.throwIfAborted();
        if (measured) results.add(arm.name, round, measured);
        else results.note({ name: arm.name, remark: 'holds no rate without loss', isFault: true });
      };
      await party.run(measure).catch((fault: unknown) => {
        signal.throwIfAborted();
        missing.add(party);
        results.note(remarkOf(party, fault));
        onProgress(`${party.name}: ${storyOf(fault)}`);
      });
    }
  }
  return results;
}

function storyOf(fault: unknown): string {
  if (fault instanceof PartyMissing || !(fault instanceof Error)) return String(fault);
  return fault.stack ?? fault.message;
}

function remarkOf({ name }: Party, fault: unknown): Remark {
  const [reason = ''] = (fault instanceof Error ? fault.message : String(fault)).split('\n');
  if (fault instanceof PartyMissing) return { name, remark: reason };
  return { name, remark: `FAILED: ${reason}`, isFault: true };
}

export interface MeasureOptions {
  readonly seconds: number;
  readonly onTrial: (line: string) => void;
}

/** The highest rate that the arm holds; null when it holds none. */
export async function measureArm(
  { bounds, attempt, settle }: Arm,
  start: number,
  { seconds, onTrial }: MeasureOptions,
): Promise<Measured | null> {
  const tryOnce = async (rate: number, length: number): Promise<Measured> => {
    await settle?.();
    const trial = await attempt(rate, length);
    onTrial(lineOf(rate, trial));
    return measuredOf(trial);
  };
  // On a shared machine one second in three has a pause; twice in a row it is the rate.
  const tryFor = async (rate: number, length: number): Promise<Measured> => {
    const measured = await tryOnce(rate, length);
    return measured.isHeld ? measured : tryOnce(rate, length);
  };
  const highest = await findHighest(start, bounds, (rate) => tryFor(rate, seconds * SEARCH_SHARE));
  return highest === null ? null : confirm(highest, (rate) => tryFor(rate, seconds));
}
