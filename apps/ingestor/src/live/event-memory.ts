import type { LatestChanges } from '#common/live';
import { type EventData, EVENT_KINDS, type EventKind } from './event-sink.js';

/** Of each kind: batteries, contacts, alarms, replays. With more, what changed longest ago is forgotten. */
export const EVENT_KEYS_MAX: Readonly<Record<EventKind, number>> = {
  sample: 50_000,
  reception: 1_000,
  report: 1_000,
  alarm: 10_000,
  replay: 1_000,
};

export interface LiveEvent {
  readonly kind: EventKind;
  readonly data: EventData;
}

/** What clients are told of when they come: the last of each key, as many keys as there is room for. */
export class EventMemory {
  /** In the order of their last changes. */
  readonly #keys = new Map(EVENT_KINDS.map((kind) => [kind, new Set<string>()]));

  constructor(private readonly changes: LatestChanges<LiveEvent>) {}

  note(kind: EventKind, key: string, data: EventData): void {
    const keys = this.#keys.get(kind)!;
    const name = `${kind} ${key}`;
    keys.delete(name);
    keys.add(name);
    this.changes.note(name, { kind, data }, 0);
    if (keys.size > EVENT_KEYS_MAX[kind]) this.#forget(kind, keys.values().next().value!);
  }

  forgetAll(kind: EventKind): void {
    for (const name of this.#keys.get(kind)!) this.#forget(kind, name);
  }

  #forget(kind: EventKind, name: string): void {
    this.#keys.get(kind)!.delete(name);
    this.changes.forget(name);
  }
}
