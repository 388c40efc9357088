import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { Window } from './pass.js';

const BUCKET_MICROS = 3_600 * MICROS_PER_SECOND;

/** Times that are taken, found again by the hour. Ends are outside: one may begin when another ends. */
export class BusyTimes<T extends Window> {
  readonly #buckets = new Map<number, T[]>();

  /** @param within what is of interest; times outside of it are never asked for */
  constructor(private readonly within: Window) {}

  add(taken: T): void {
    const from = Math.max(taken.from, this.within.from);
    const to = Math.min(taken.to, this.within.to);
    for (const bucket of bucketsOf(from, to)) {
      const there = this.#buckets.get(bucket);
      if (there) there.push(taken);
      else this.#buckets.set(bucket, [taken]);
    }
  }

  /** The first that overlaps, or null. */
  overlapping({ from, to }: Window): T | null {
    for (const bucket of bucketsOf(from, to))
      for (const taken of this.#buckets.get(bucket) ?? [])
        if (taken.from < to && from < taken.to) return taken;
    return null;
  }
}

function* bucketsOf(from: Instant, to: Instant): Generator<number> {
  const last = Math.floor(to / BUCKET_MICROS);
  for (let at = Math.floor(from / BUCKET_MICROS); at <= last; at += 1) yield at;
}
