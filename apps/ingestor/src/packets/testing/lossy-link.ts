import fc from 'fast-check';
import { nextFraction, seededRandom } from '#common/domain';

export interface SentPacket {
  /** Counts from the start of the ship, without end. */
  readonly number: number;
  readonly atMs: number;
}
export type Arrival = SentPacket;

/** A ship at a steady pace, on a link that loses, doubles and delays, and is cut off for a while. */
export interface LinkPlan {
  readonly first: number;
  readonly perSecond: number;
  readonly loss: number;
  readonly duplicates: number;
  readonly delayMsMax: number;
  /** Counts that the link is away for, each time after it has been there for a while. */
  readonly silences: readonly number[];
  readonly seed: number;
}

const DELAY_MS_MAX = 50;

export const link: fc.Arbitrary<LinkPlan> = fc.record({
  first: fc.nat(16_383),
  perSecond: fc.oneof(fc.constantFrom(0.5, 1, 10, 100), fc.integer({ min: 1, max: 500 })),
  loss: fc.constantFrom(0, 0.01, 0.3),
  duplicates: fc.constantFrom(0, 0.1),
  delayMsMax: fc.nat(DELAY_MS_MAX),
  silences: fc.array(fc.nat(50_000), { maxLength: 3 }),
  seed: fc.nat(),
});

/** In the order in which they come. */
export function arrivalsOf(plan: LinkPlan): readonly Arrival[] {
  const { first, perSecond, silences, seed } = plan;
  const random = fractions(seed);
  const everyMs = 1_000 / perSecond;
  const aliveCount = Math.ceil(Math.max(100, 3 * perSecond));
  const arrivals: Arrival[] = [];
  let number = first;
  for (const silence of [...silences, 0]) {
    for (const end = number + aliveCount; number < end; number += 1) {
      arrivals.push(...arrivalsOfOne(plan, random, { number, atMs: number * everyMs }));
    }
    number += silence;
  }
  return arrivals.toSorted((a, b) => a.atMs - b.atMs);
}

function arrivalsOfOne(
  { loss, duplicates, delayMsMax }: LinkPlan,
  random: () => number,
  { number, atMs }: SentPacket,
): readonly Arrival[] {
  if (random() < loss) return [];
  const copies = random() < duplicates ? 2 : 1;
  return Array.from({ length: copies }, () => ({
    number,
    atMs: atMs + random() * delayMsMax,
  }));
}

function fractions(seed: number): () => number {
  let state = seededRandom(seed);
  return () => {
    const [fraction, next] = nextFraction(state);
    state = next;
    return fraction;
  };
}
