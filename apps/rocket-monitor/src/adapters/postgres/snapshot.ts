/** PostgreSQL writes a snapshot as `xmin:xmax:those in between that were under way`. */
const numbersOf = (snapshot: string): string[] => snapshot.split(':', 2);

/** The first transaction that was not over. */
export const xminOf = (snapshot: string): string => numbersOf(snapshot)[0] ?? '';

/** Transactions since the first one that was not over: all of them are looked at in each reading. */
export function spanOf(snapshot: string): number {
  const [xmin = 0, xmax = 0] = numbersOf(snapshot).map(Number);
  return xmax - xmin;
}
