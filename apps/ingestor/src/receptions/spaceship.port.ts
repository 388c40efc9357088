import type { Instant } from '#common/domain';
import type { ReceptionAddress, StreamOptions } from './reception-store.port.js';

export interface StreamOrder {
  readonly shipName: string;
  readonly address: ReceptionAddress;
  readonly stream: StreamOptions;
  /** The ship ends by itself then, though nobody tells it to. */
  readonly until: Instant;
  /** The ship signs every packet with it, also after a redirection; null: with none. */
  readonly key: Uint8Array | null;
}

export interface StartedStream {
  readonly eventKey: string;
  /** Null where the ship does not say; a foreign ship was not asked. */
  readonly firstSequence: number | null;
}

/** The last number and the count of datagrams, up to now; null where the ship does not say. */
export interface SentSoFar {
  readonly lastSequence: number | null;
  readonly sent: number | null;
}

/** That was all. */
export type StoppedStream = SentSoFar;

/** A look at a stream. */
export interface StreamProgress extends SentSoFar {
  readonly isOver: boolean;
}

/** The ship understood and said no: asking again would change nothing. */
export class ShipRefusedError extends Error {
  override readonly name = 'ShipRefusedError';
}

/** No answer, or one that may change. */
export class ShipUnreachableError extends Error {
  override readonly name = 'ShipUnreachableError';

  constructor(
    message: string,
    /** The ship may have done what it was asked for. */
    readonly isInDoubt: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The ship's own API. Every call ends within a deadline; all may fail with ShipUnreachableError. */
export abstract class Spaceship {
  /** @throws {ShipRefusedError} */
  abstract start(order: StreamOrder): Promise<StartedStream>;
  /** Null when the ship does not know the stream (any more). */
  abstract stop(eventKey: string): Promise<StoppedStream | null>;
  /**
   * Sends the rest of a stream to another address of ours; null when the ship does not know it.
   * @throws {ShipRefusedError} also by a ship that cannot do so
   */
  abstract redirect(eventKey: string, address: ReceptionAddress): Promise<SentSoFar | null>;
  /** Also of a stream that is over, for a while. Null when the ship does not know it (any more). */
  abstract progress(eventKey: string): Promise<StreamProgress | null>;
  /** The addresses that its datagrams may come from. */
  abstract addresses(): Promise<ReadonlySet<string>>;
}
