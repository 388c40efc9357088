import type { ContactState, Instant } from '#common/domain';
import type { ChangeFilter } from '../live/change-event.js';

export const WEBHOOK_STATES = ['active', 'paused', 'disabled'] as const;
/** `paused`: on request; `disabled`: the receiver was away for days, or said that it is gone. */
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** Which changes are told; an empty list and null: any. */
export interface WebhookFilter {
  readonly states: readonly ContactState[];
  readonly shipName: string | null;
  readonly antenna: string | null;
}

/** A subscription: who is called with which changes, and how far that has come. */
export interface Webhook extends WebhookFilter {
  readonly id: string;
  readonly url: string;
  readonly state: WebhookState;
  readonly disabledReason: string | null;
  /** The number of the last change that is done with: delivered, given up, or not wanted. */
  readonly position: number;
  /** How often the next one was tried in vain. */
  readonly attempt: number;
  readonly failingSince: Instant | null;
  readonly createdAt: Instant;
}

/** `retried`: in vain, it comes again; `failed`: it does not, the next change is tried. */
export const DELIVERY_OUTCOMES = ['delivered', 'retried', 'failed'] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/** One call of a receiver. */
export interface Delivery {
  /** Of the change; null: a test on request. */
  readonly number: number | null;
  /** From 1. */
  readonly attempt: number;
  readonly outcome: DeliveryOutcome;
  /** Of the answer; null: there was none. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

export interface LoggedDelivery extends Delivery {
  /** Ascends with time. */
  readonly id: number;
  readonly at: Instant;
}

export const changeFilterOf = ({ states, shipName, antenna }: WebhookFilter): ChangeFilter => ({
  states,
  shipNames: shipName === null ? [] : [shipName],
  antennas: antenna === null ? [] : [antenna],
  channels: [],
});
