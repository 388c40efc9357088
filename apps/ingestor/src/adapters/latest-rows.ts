import type { SampleBatch } from '../archive/sample-batch.js';

const BATTERIES_MAX = 256;

/** The rows that hold the newest sample of each ship and battery in the batch. */
export function latestRows({
  length,
  slot,
  battery,
  generatedAt,
  receptions,
}: SampleBatch): number[] {
  const newest = new Map<number, number>();
  for (let row = 0; row < length; row += 1) {
    const key = receptions[slot[row]!]!.shipId * BATTERIES_MAX + battery[row]!;
    const known = newest.get(key);
    if (known === undefined || generatedAt[known]! <= generatedAt[row]!) newest.set(key, row);
  }
  return [...newest.values()];
}
