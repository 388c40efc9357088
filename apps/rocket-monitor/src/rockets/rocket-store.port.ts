import type {
  Instant,
  Reception,
  RocketArrival,
  RocketCheckpoint,
  RocketTrack,
} from '#common/domain';
import type { PartHealth } from '#common/platform';

/** A body that was refused, kept so that somebody can look at it. */
export interface RejectedMessage {
  readonly receivedAtMs: number;
  readonly code: string;
  readonly detail: string;
  /** The channel that it names, where that can be read. */
  readonly channel: string | null;
  /** As it came, or its beginning. */
  readonly body: string;
}

export type Outcome = Reception['outcome'];

export interface Taken {
  readonly outcome: Outcome;
  /** With this message the low-water mark has passed the end of a page of history. */
  readonly endsPage: boolean;
}

/** Which part of a channel's history, and in which order. */
export type HistoryQuery =
  | { readonly by: 'number'; readonly after: number; readonly limit: number }
  | { readonly by: 'number-descending'; readonly before: number; readonly limit: number }
  | { readonly by: 'arrival'; readonly after: ArrivalPosition | null; readonly limit: number };

export type ArrivalPosition = Pick<RocketArrival, 'number'> & { readonly receivedAt: Instant };

/** Called with the channels that may have changed; null: any of them may. */
export type ChangeListener = (channels: readonly string[] | null) => void;

/** Rejected messages that are kept; the oldest make room. */
export const REJECTED_MESSAGES_MAX = 1_000;
/** Of each rejected body, in UTF-16 units. */
export const REJECTED_BODY_CHARS_MAX = 4_096;
/** Open gaps of all channels together. */
export const GAPS_TOTAL_MAX = 1_000_000;
/** Messages above the low-water marks of all channels together; one more waits at its sender. */
export const PARKED_MESSAGES_MAX = 1_000_000;

/** Keeps what is known of every rocket, and the messages that it is known from. */
export abstract class RocketStore {
  /**
   * Takes a message at most once per channel and number, whatever else happens at the same time.
   * The facts that it makes known are published with it, both or neither.
   * @throws DomainError ROCKET_STORE_FULL when a limit is reached; then nothing has changed
   */
  abstract take(arrival: RocketArrival): Promise<Taken>;

  /** In the order of the names; null for a channel that never sent a message that was taken. */
  abstract find(channels: readonly string[]): Promise<(RocketTrack | null)[]>;

  /** Channels in ascending order, those after `after` only. */
  abstract list(page: { readonly after: string; readonly limit: number }): Promise<RocketTrack[]>;

  /** All channels by the time of their newest message, oldest first; ties by name. */
  abstract channels(): Promise<string[]>;

  /**
   * What was taken. All above the low-water mark is there; a bounded store has forgotten the rest up to some
   * checkpoint. Arrivals at the same instant are in the order of their numbers.
   */
  abstract history(channel: string, query: HistoryQuery): Promise<RocketArrival[]>;

  /**
   * The last checkpoint at or below a number, `FIRST_CHECKPOINT` where nothing else is known; null when
   * the history from there on is forgotten.
   */
  abstract checkpoint(channel: string, atMost: number): Promise<RocketCheckpoint | null>;

  /**
   * Keeps the state at the end of a page, which the low-water mark has passed. Once there are too many
   * messages, a bounded store then forgets its oldest pages.
   */
  abstract keepCheckpoint(channel: string, checkpoint: RocketCheckpoint): Promise<void>;

  /** Keeps a refused body, without what is over `REJECTED_BODY_CHARS_MAX`; counts it at its channel, if that is known. */
  abstract reject(message: RejectedMessage): Promise<void>;

  /** The newest first. */
  abstract rejected(limit: number): Promise<RejectedMessage[]>;

  /** Tells from now on when a channel may have changed, in this process or in another one. */
  abstract onChange(listener: ChangeListener): void;

  /**
   * Resolves when the listeners have been told of all that was taken before, by whichever process. Fails
   * while the store is away: then nobody knows.
   */
  abstract tellChanges(): Promise<void>;

  abstract health(): Promise<PartHealth>;
}
