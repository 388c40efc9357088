import type { CancelTimer, Clock } from './clock.js';

/**
 * Work that comes round until the app stops: the next round begins so long after the last one as that
 * one says. Rounds never overlap.
 */
export class BackgroundLoop {
  #isStopped = true;
  #isWoken = false;
  #running: Promise<void> | null = null;
  #cancel: CancelTimer | null = null;

  constructor(
    private readonly clock: Clock,
    /** Must not fail. @returns milliseconds until the next */
    private readonly round: () => Promise<number>,
  ) {}

  get isStopped(): boolean {
    return this.#isStopped;
  }

  start(delayMs = 0): void {
    this.#isStopped = false;
    this.#next(delayMs);
  }

  /** A round begins now; while one runs, another one right behind it. */
  wake(): void {
    this.#isWoken = true;
    if (this.#running !== null || this.#isStopped) return;
    this.#cancel?.();
    this.#run();
  }

  /** No round begins any more. Done when the one under way has ended, or after the deadline. */
  async stop(deadlineMs?: number): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    if (this.#running === null) return;
    if (deadlineMs === undefined) return this.#running;
    let cancel = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.clock.after(deadlineMs, resolve);
    });
    await Promise.race([this.#running, deadline]);
    cancel();
  }

  #next(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.clock.after(delayMs, () => this.#run());
  }

  #run(): void {
    this.#isWoken = false;
    this.#running = this.round().then((nextMs) => {
      this.#running = null;
      this.#next(this.#isWoken ? 0 : nextMs);
    });
  }
}
