import type { Clock } from '#common/platform';

/** The revision up to which all changes are heard; null while that is not known. */
export class HeardRevision {
  #value: number | null = null;
  readonly #waiting = new Map<() => void, number>();

  constructor(private readonly clock: Clock) {}

  get value(): number | null {
    return this.#value;
  }

  set(value: number | null): void {
    this.#value = value;
    for (const [wake, revision] of this.#waiting) if (value === null || value >= revision) wake();
  }

  /** Whether all up to `revision` are heard, now or within `msMax`. */
  async reaches(revision: number, msMax: number): Promise<boolean> {
    if (!this.#isAt(revision) && msMax > 0) await this.#wait(revision, msMax);
    return this.#isAt(revision);
  }

  #isAt(revision: number): boolean {
    return this.#value !== null && this.#value >= revision;
  }

  async #wait(revision: number, msMax: number): Promise<void> {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const cancel = this.clock.after(msMax, wake);
    this.#waiting.set(wake, revision);
    await woken;
    this.#waiting.delete(wake);
    cancel();
  }
}
