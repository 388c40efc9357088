import { seededRandom } from '#common/domain';
import { DepartureQueue } from './departure-queue.js';
import { Draws } from './draws.js';
import { afterBlackout, type FaultProfile } from './fault-profile.js';
import { type Departure, newDeparture, newPassage, type Passage } from './passage.js';

/** Datagrams in the recorder and on their way, of one stream; one more is lost. */
export const HELD_DATAGRAMS_MAX = 16_384;
/** The batteries draw from the seed's stream 0. */
const FAULTS_STREAM = 1;

interface Draw {
  readonly isDamaged: boolean;
  readonly damage: number;
  readonly delayMs: number;
  /** How many later numbers pass it; 0 where it is not held back. */
  readonly depth: number;
}

/**
 * The way out of a ship, in stream time: decides what happens to each number and in which order
 * datagrams leave. Knows neither bytes nor a clock, so that all of it can be reckoned again from the
 * seed. Every number takes the same number of draws, so one fault does not move another.
 */
export class FaultyLink {
  readonly #draws: Draws;
  readonly #queue = new DepartureQueue();
  #number = 0;
  /** Of the burst that is under way. */
  #toLose = 0;

  constructor(
    seed: number,
    private readonly profile: FaultProfile,
    private readonly periodMs: number,
    private readonly heldMax = HELD_DATAGRAMS_MAX,
  ) {
    this.#draws = new Draws(seededRandom(seed, FAULTS_STREAM));
  }

  get heldCount(): number {
    return this.#queue.size;
  }

  /** When the next number is made. */
  get nextMadeAtMs(): number {
    return this.#number * this.periodMs;
  }

  /** When the first of those that wait leaves; infinite when none waits. */
  get nextLeavesAtMs(): number {
    return this.#queue.first?.leavesAtMs ?? Number.POSITIVE_INFINITY;
  }

  /** What leaves before the next number is made must have been taken before. */
  enter(): Passage {
    const madeAtMs = this.nextMadeAtMs;
    this.#number += 1;
    const isLost = this.#loses();
    const isRepeated = this.#draws.happens(this.profile.duplicate);
    const draws = [this.#draw(), this.#draw()];
    const kept = isLost ? [] : draws.slice(0, isRepeated ? 2 : 1);
    return this.#send(madeAtMs, kept);
  }

  takeFirst(): Departure | undefined {
    return this.#queue.takeFirst();
  }

  #loses(): boolean {
    const { loss, burst } = this.profile;
    const isLost = this.#draws.happens(loss);
    const begins = this.#draws.happens(burst.probability);
    if (begins && this.#toLose === 0) this.#toLose = burst.length;
    if (this.#toLose === 0) return isLost;
    this.#toLose -= 1;
    return true;
  }

  #draw(): Draw {
    const { reorder, corrupt } = this.profile;
    const [least, most] = this.profile.delayMs;
    const isDamaged = this.#draws.happens(corrupt);
    const damage = this.#draws.bits();
    const delayMs = least + (most - least) * this.#draws.fraction();
    const isHeldBack = this.#draws.happens(reorder.probability);
    const depth = 1 + this.#draws.below(reorder.depth);
    return { isDamaged, damage, delayMs, depth: isHeldBack ? depth : 0 };
  }

  #send(madeAtMs: number, draws: readonly Draw[]): Passage {
    const passage = newPassage(this.#number);
    for (const draw of draws) {
      const dueAtMs = madeAtMs + draw.delayMs + this.#heldBackMs(draw.depth);
      const leavesAtMs = afterBlackout(this.profile.blackouts, dueAtMs);
      if (leavesAtMs > madeAtMs && this.#queue.size >= this.heldMax) {
        passage.droppedCount += 1;
        continue;
      }
      passage.isReordered ||= draw.depth > 0;
      passage.isDelayed ||= draw.delayMs > 0;
      passage.isRecorded ||= leavesAtMs > dueAtMs;
      const damage = draw.isDamaged ? draw.damage : null;
      this.#queue.add(newDeparture(passage, leavesAtMs, damage));
    }
    return passage;
  }

  /** Half a period more: behind the last of those that pass it, and before the next. */
  #heldBackMs(depth: number): number {
    return depth === 0 ? 0 : (depth + 0.5) * this.periodMs;
  }
}
