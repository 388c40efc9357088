import type { DeliveryOutcome } from './webhook.js';
import type { NextStep } from './webhook-queue.port.js';
import { isDelivered } from './webhook-post.js';
import type { WebhookAnswer } from './webhook-sender.port.js';

/** The answer of a receiver that wants to hear nothing any more. */
const GONE = 410;

export interface Try {
  /** Of the change. */
  readonly number: number;
  /** Of the change before. */
  readonly position: number;
  /** From 1. */
  readonly attempt: number;
}

/** What follows a call: the next change, the same one later, or nothing any more. */
export function nextStep(
  { number, position, attempt }: Try,
  answer: WebhookAnswer,
  retryDelaysMs: readonly number[],
): NextStep & { readonly outcome: DeliveryOutcome } {
  const onward = { position: number, attempt: 0, delayMs: 0, disabledReason: null };
  if (isDelivered(answer)) return { ...onward, outcome: 'delivered' };
  const delayMs = retryDelaysMs[attempt - 1];
  const disabledReason = answer.status === GONE ? 'The receiver answered that it is gone' : null;
  if (delayMs === undefined) return { ...onward, disabledReason, outcome: 'failed' };
  return { position, attempt, delayMs, disabledReason, outcome: 'retried' };
}
