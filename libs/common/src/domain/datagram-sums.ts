import type { DatagramCounts } from './contact-account-snapshot.js';

/** The reason of a reject that is not the ship's: it says nothing of what the ship sent. */
export const UNKNOWN_SOURCE = 'unknown_source';
/** The reason of a reject whose number is above the ship's last one. */
export const AFTER_END = 'after-end';

/** Whether each stands in exactly one class. */
export function isEveryDatagramExplained(counts: DatagramCounts): boolean {
  const { received, good, duplicates, corrupt, control, shed } = counts;
  const rejected = Object.values(counts.rejected).reduce((sum, count) => sum + count, 0);
  return received === good + duplicates + corrupt + control + shed + rejected;
}

export const receivedOfShip = ({ received, rejected }: DatagramCounts): number =>
  received - (rejected[UNKNOWN_SOURCE] ?? 0);

/** As if `count` of the good ones had been rejected. */
export function withGoodRejected(
  counts: DatagramCounts,
  reason: string,
  count: number,
): DatagramCounts {
  if (count === 0) return counts;
  const { good, rejected } = counts;
  const sum = (rejected[reason] ?? 0) + count;
  return { ...counts, good: good - count, rejected: { ...rejected, [reason]: sum } };
}
