import type { Reception, RocketMessage, RocketTrack } from '#common/domain';
import type { PartHealth } from '#common/platform';

/** A body that was refused, kept so that somebody can look at it. */
export interface RejectedMessage {
  readonly receivedAtMs: number;
  readonly code: string;
  readonly detail: string;
  /** As it came, or its beginning. */
  readonly body: string;
}

export type Outcome = Reception['outcome'];

/** Rejected messages that are kept; the oldest make room. */
export const REJECTED_MESSAGES_MAX = 1_000;
/** Of each rejected body, in UTF-16 units. */
export const REJECTED_BODY_CHARS_MAX = 4_096;

/** Keeps what is known of every rocket. */
export abstract class RocketStore {
  /**
   * Takes a message at most once per channel and number, whatever else happens at the same time.
   * The facts that it makes known are published with it, both or neither.
   * @throws DomainError ROCKET_STORE_FULL when a limit is reached; then nothing has changed
   */
  abstract take(message: RocketMessage): Promise<Outcome>;

  /** Null for a channel that never sent a message that was taken. */
  abstract find(channel: string): Promise<RocketTrack | null>;

  /** Channels in ascending order, those after `after` only. */
  abstract list(page: { readonly after: string; readonly limit: number }): Promise<RocketTrack[]>;

  /** All channels by the time of their newest message, oldest first; ties by name. */
  abstract channels(): Promise<string[]>;

  /** Keeps a refused body, without what is over `REJECTED_BODY_CHARS_MAX`. */
  abstract reject(message: RejectedMessage): Promise<void>;

  /** The newest first. */
  abstract rejected(limit: number): Promise<RejectedMessage[]>;

  abstract health(): Promise<PartHealth>;
}
