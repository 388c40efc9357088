const DELAY_MS = 100;
/** Together with the attempt itself well below the 10 s within which a loss must be healed. */
const DELAY_MS_MAX = 3_000;

/** How long to wait after so many failures in a row; random, so that not all come back at once. */
export function backoffMs(attempt: number, random = Math.random): number {
  const longest = Math.min(DELAY_MS_MAX, DELAY_MS * 2 ** Math.min(attempt - 1, 10));
  return longest * (0.5 + random() / 2);
}
