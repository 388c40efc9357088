/** Digests of one page, 4 bytes each: a page holds the numbers from a multiple of it on. */
const PAGE_NUMBERS = 256;
/** About 1.2 KB each: 80 MB, or the last 16.7 million numbers where they are dense. */
export const DIGEST_PAGES_MAX = 65_536;

/** The slot of a number that has not come. A digest of 0 counts as unknown: once in 4 · 10⁹ times. */
const EMPTY = 0;

/**
 * Remembers 32 bits per message, so that a repetition with other content can be told from a true
 * one. Bounded: the page that was opened first is forgotten first, and a repetition of what stood
 * there counts as a plain duplicate.
 */
export class MessageDigests {
  readonly #pages = new Map<string, Uint32Array>();

  constructor(private readonly pagesMax = DIGEST_PAGES_MAX) {}

  get(channel: string, number: number): number | undefined {
    const slot = this.#pages.get(pageKey(channel, number))?.[number % PAGE_NUMBERS];
    return slot === EMPTY ? undefined : slot;
  }

  add(channel: string, number: number, digest: number): void {
    const key = pageKey(channel, number);
    let page = this.#pages.get(key);
    if (page === undefined) {
      this.#makeRoom();
      page = new Uint32Array(PAGE_NUMBERS);
      this.#pages.set(key, page);
    }
    page[number % PAGE_NUMBERS] = digest;
  }

  #makeRoom(): void {
    if (this.#pages.size < this.pagesMax) return;
    const [oldest] = this.#pages.keys();
    if (oldest !== undefined) this.#pages.delete(oldest);
  }
}

/** The page stands first, as digits only: no channel name can imitate another's key. */
const pageKey = (channel: string, number: number): string =>
  `${Math.floor(number / PAGE_NUMBERS)}:${channel}`;
