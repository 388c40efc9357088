/** What clients of `GET /events` can ask for by kind. */
export const EVENT_KINDS = ['sample', 'reception', 'report', 'alarm', 'replay'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** `ship` is what clients filter by. */
export type EventData = { readonly ship: string } & Readonly<Record<string, unknown>>;

/** For whoever has news for those who listen. */
export abstract class EventSink {
  /**
   * Clients hear at least the last that was told of a kind and key. Only the newest keys of each kind
   * are remembered for those who come later. Never throws; costs little when nobody listens.
   */
  abstract tell(kind: EventKind, key: string, data: EventData): void;
}

/** For those who work where nobody can listen. */
export const UNHEARD_EVENTS: EventSink = { tell: () => undefined };
