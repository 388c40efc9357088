import type { Delivery, Webhook } from './webhook.js';

/** A subscription that this process serves. */
export interface ServedWebhook extends Webhook {
  readonly secret: Uint8Array;
  /** How long its next try has to wait. */
  readonly waitMs: number;
}

/** Where a subscription stands after a call. */
export interface NextStep {
  readonly position: number;
  readonly attempt: number;
  /** Until the next try. */
  readonly delayMs: number;
  /** Why it is not served any more; null: it is. */
  readonly disabledReason: string | null;
}

/** How far a subscription has come without a call. */
export interface Passed {
  readonly id: string;
  readonly position: number;
}

/** The subscriptions, as those see them who serve them: each is one process's for the time of a lease. */
export abstract class WebhookQueue {
  /** Takes all active ones that nobody holds, and prolongs those that `holder` has. All of these. */
  abstract claim(holder: string, leaseMs: number): Promise<ServedWebhook[]>;
  /**
   * Writes down what came of a call, together with where the subscription stands then.
   * @returns false, and nothing is written, when `holder` no longer has it.
   */
  abstract record(holder: string, id: string, delivery: Delivery, next: NextStep): Promise<boolean>;
  /** Writes down what was passed over. Nothing for those that `holder` no longer has. */
  abstract pass(holder: string, passed: readonly Passed[]): Promise<void>;
  /** Writes down a call that is no part of the row, such as a test. */
  abstract note(id: string, delivery: Delivery): Promise<void>;
  /** Of the log of a subscription only the newest stay. */
  abstract prune(id: string, kept: number): Promise<void>;
  /** Others may serve them at once. */
  abstract release(holder: string): Promise<void>;
}
