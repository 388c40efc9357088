import type { Envelope } from './envelope.js';

/** Messages in hand: those that wait for a place, and those whose store has not asked for them yet. */
export const HANDED_OVER_MAX = 10_000;

type Progress = 'waiting' | 'sending' | 'sent' | 'failed';

interface Entry {
  readonly message: Envelope;
  progress: Progress;
  /** When it was last asked for: if it is in the outbox, its lease has begun since. */
  askedAtMs: number;
  isStored: boolean;
}

/** What the bus does not have. */
export interface Unsent {
  readonly id: string;
  /** This relay still sends it: so its place in the outbox is claimed. */
  readonly isUnderWay: boolean;
}

/** Messages that a relay sends before they are in the outbox, and what became of them. */
export class HandedOver {
  readonly #entries = new Map<string, Entry>();
  /** Ids of those that wait, in their order. */
  readonly #waiting = new Set<string>();

  /** Those for which there is no room are left to the outbox. */
  add(messages: readonly Envelope[]): void {
    for (const message of messages) {
      if (this.#entries.size >= HANDED_OVER_MAX) return;
      if (this.#entries.has(message.id)) continue;
      this.#entries.set(message.id, {
        message,
        progress: 'waiting',
        askedAtMs: 0,
        isStored: false,
      });
      this.#waiting.add(message.id);
    }
  }

  /** The next to send, if there is one; those whose lease has ended are the outbox's. */
  next(nowMs: number, leaseMs: number): Envelope | null {
    for (const id of this.#waiting) {
      this.#waiting.delete(id);
      const entry = this.#entries.get(id)!;
      if (!entry.isStored || nowMs < entry.askedAtMs + leaseMs) {
        entry.progress = 'sending';
        return entry.message;
      }
      this.#entries.delete(id);
    }
    return null;
  }

  /** @returns whether it is in no outbox, so that there is nothing to tell to one */
  keepsSent(id: string): boolean {
    return this.#keeps(id, 'sent');
  }

  /** @returns whether it is in no outbox yet: it will be put there */
  keepsFailed(id: string): boolean {
    return this.#keeps(id, 'failed');
  }

  unsent(ids: readonly string[], nowMs: number): Unsent[] {
    return ids.flatMap((id) => {
      const entry = this.#entries.get(id);
      if (entry?.progress === 'sent') return [];
      if (entry) entry.askedAtMs = nowMs;
      return [{ id, isUnderWay: isUnderWay(entry) }];
    });
  }

  /** @returns whether the bus has it by now, so that the outbox must hear of it */
  store(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    if (isUnderWay(entry)) {
      entry.isStored = true;
      return false;
    }
    this.#entries.delete(id);
    return entry.progress === 'sent';
  }

  forget(id: string): void {
    this.#entries.delete(id);
    this.#waiting.delete(id);
  }

  #keeps(id: string, progress: Progress): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    entry.progress = progress;
    if (entry.isStored) this.#entries.delete(id);
    return !entry.isStored;
  }
}

const isUnderWay = (entry: Entry | undefined): boolean =>
  entry?.progress === 'waiting' || entry?.progress === 'sending';
