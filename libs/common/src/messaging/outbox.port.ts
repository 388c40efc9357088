import type { Envelope } from './envelope.js';

/** A message that waits for the bus. */
export interface OutboxMessage {
  readonly envelope: Envelope;
  /** How often it was handed to the bus, this time included. */
  readonly attempt: number;
}

/**
 * Where an app's messages wait until the bus has them. They are put there in the same transaction
 * as the change that they tell of, by that change's own store; the relay does the rest.
 */
export abstract class Outbox {
  /**
   * Takes up to `limit` waiting messages, oldest first, for `leaseMs`: no other relay gets them
   * meanwhile, and whoever dies over them only delays them.
   */
  abstract claim(limit: number, leaseMs: number): Promise<OutboxMessage[]>;
  /** The bus has them: they are gone for good. Unknown ids are ignored. */
  abstract confirm(ids: readonly string[]): Promise<void>;
  /** The bus did not take it: it waits again, at least `delayMs`. */
  abstract postpone(id: string, delayMs: number, reason: string): Promise<void>;
  /** No receiver can handle it: kept with the reason, never claimed again. */
  abstract bury(id: string, reason: string): Promise<void>;
  abstract counts(): Promise<{ readonly waiting: number; readonly dead: number }>;
}
