import type { CancelTimer, Clock } from '#common/platform';

/** Wakes at whole milliseconds; keys that are due at the same one share a timer. */
export class TimerWheel {
  readonly #slots = new Map<number, { readonly keys: Set<string>; readonly cancel: CancelTimer }>();
  readonly #dueAtMs = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly entriesMax: number,
    private readonly wake: (keys: readonly string[]) => void,
  ) {}

  get size(): number {
    return this.#dueAtMs.size;
  }

  /** False when the wheel is full. A key that is set already moves, and its timer is made anew. */
  set(key: string, dueAtMs: number): boolean {
    this.cancel(key);
    if (this.#dueAtMs.size >= this.entriesMax) return false;
    const slot = this.#slots.get(dueAtMs) ?? this.#openSlot(dueAtMs);
    slot.keys.add(key);
    this.#dueAtMs.set(key, dueAtMs);
    return true;
  }

  cancel(key: string): void {
    const dueAtMs = this.#dueAtMs.get(key);
    if (dueAtMs === undefined) return;
    this.#dueAtMs.delete(key);
    const slot = this.#slots.get(dueAtMs);
    slot?.keys.delete(key);
    if (slot?.keys.size === 0) this.#closeSlot(dueAtMs);
  }

  clear(): void {
    for (const { cancel } of this.#slots.values()) cancel();
    this.#slots.clear();
    this.#dueAtMs.clear();
  }

  #openSlot(dueAtMs: number) {
    const delayMs = dueAtMs - this.clock.nowMs();
    const slot = {
      keys: new Set<string>(),
      cancel: this.clock.after(delayMs, () => this.#turn(dueAtMs)),
    };
    this.#slots.set(dueAtMs, slot);
    return slot;
  }

  /** Timers run by the monotonic clock, and some a fraction of a millisecond early. */
  #turn(dueAtMs: number): void {
    const keys = [...(this.#slots.get(dueAtMs)?.keys ?? [])];
    this.#closeSlot(dueAtMs);
    const isEarly = this.clock.nowMs() < dueAtMs;
    for (const key of keys) {
      this.#dueAtMs.delete(key);
      if (isEarly) this.set(key, dueAtMs);
    }
    if (!isEarly) this.wake(keys);
  }

  #closeSlot(dueAtMs: number): void {
    this.#slots.get(dueAtMs)?.cancel();
    this.#slots.delete(dueAtMs);
  }
}
