import type { Clock } from '#common/platform';
import type { Envelope } from './envelope.js';
import { Outbox, type OutboxMessage } from './outbox.port.js';

interface Entry {
  readonly envelope: Envelope;
  attempt: number;
  availableAtMs: number;
  deadReason: string | null;
}

export const MEMORY_OUTBOX_MAX = 10_000;

/** An outbox for apps whose own store is memory: what it holds is gone with the process. */
export class MemoryOutbox extends Outbox {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {
    super();
  }

  /** All that it holds, the buried ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adding an id twice keeps one.
   * @param leaseMs so long it is left to somebody who sends it already
   * @throws when full: whoever adds must refuse its own caller
   */
  add(envelope: Envelope, leaseMs = 0): void {
    if (this.#entries.has(envelope.id)) return;
    if (this.#entries.size >= MEMORY_OUTBOX_MAX) throw new Error('The outbox is full');
    const availableAtMs = this.clock.nowMs() + leaseMs;
    const attempt = leaseMs > 0 ? 1 : 0;
    this.#entries.set(envelope.id, { envelope, attempt, availableAtMs, deadReason: null });
  }

  async claim(limit: number, leaseMs: number): Promise<OutboxMessage[]> {
    const now = this.clock.nowMs();
    const free = [...this.#entries.values()]
      .filter(({ availableAtMs, deadReason }) => deadReason === null && availableAtMs <= now)
      .slice(0, limit);
    return free.map((entry) => {
      entry.attempt += 1;
      entry.availableAtMs = now + leaseMs;
      return { envelope: entry.envelope, attempt: entry.attempt };
    });
  }

  async confirm(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#entries.delete(id);
  }

  async postpone(id: string, delayMs: number): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) entry.availableAtMs = this.clock.nowMs() + delayMs;
  }

  async bury(id: string, reason: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) entry.deadReason = reason;
  }

  async counts(): Promise<{ readonly waiting: number; readonly dead: number }> {
    const dead = [...this.#entries.values()].filter(({ deadReason }) => deadReason !== null).length;
    return { waiting: this.#entries.size - dead, dead };
  }
}
