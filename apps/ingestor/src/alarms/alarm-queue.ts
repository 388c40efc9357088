import type { AlarmRecord } from './alarm.js';

/** Alarms that came and went and were never saved; beyond so many the oldest are lost. */
export const UNSAVED_CLEARED_MAX = 10_000;

/**
 * What is not in the list yet, each alarm as it is now. Those that are not over are no more than there
 * are series, and those that the list may have must not be lost, or they would stand there for ever.
 */
export class AlarmQueue {
  readonly #waiting = new Map<string, AlarmRecord>();
  /** Surely not in the list. */
  readonly #unsaved = new Set<string>();
  /** Of these, those that are over. */
  readonly #droppable = new Set<string>();
  #lostCount = 0;

  constructor(private readonly unsavedClearedMax = UNSAVED_CLEARED_MAX) {}

  get count(): number {
    return this.#waiting.size;
  }

  get lostCount(): number {
    return this.#lostCount;
  }

  /** Keeps its place: alarms of a series stay in their order. */
  offer(alarm: AlarmRecord): void {
    const { id, version, clearedAt } = alarm;
    if (version === 1 && !this.#waiting.has(id)) this.#unsaved.add(id);
    this.#waiting.set(id, alarm);
    if (clearedAt === null || !this.#unsaved.has(id)) return;
    this.#droppable.add(id);
    if (this.#droppable.size > this.unsavedClearedMax) this.#dropOldest();
  }

  /** The first ones; they stay until they are settled. */
  take(max: number): AlarmRecord[] {
    const taken: AlarmRecord[] = [];
    for (const alarm of this.#waiting.values()) {
      if (taken.length >= max) break;
      taken.push(alarm);
      this.#unsaved.delete(alarm.id);
      this.#droppable.delete(alarm.id);
    }
    return taken;
  }

  /** What has changed meanwhile waits on. */
  settle(taken: readonly AlarmRecord[]): void {
    for (const alarm of taken)
      if (this.#waiting.get(alarm.id) === alarm) this.#waiting.delete(alarm.id);
  }

  /** It cannot be saved. */
  lose(alarm: AlarmRecord): void {
    this.#waiting.delete(alarm.id);
    this.#lostCount += 1;
  }

  #dropOldest(): void {
    const [oldest] = this.#droppable;
    if (oldest === undefined) return;
    this.#droppable.delete(oldest);
    this.#unsaved.delete(oldest);
    this.#waiting.delete(oldest);
    this.#lostCount += 1;
  }
}
