/** For whoever has news for those who listen live. */
export abstract class EventSink {
  /** The last that was told of a kind and key is what counts. Never throws. */
  abstract tell(kind: string, key: string, data: object): void;
}

/** For those who work where nobody can listen. */
export const UNHEARD_EVENTS: EventSink = { tell: () => undefined };
