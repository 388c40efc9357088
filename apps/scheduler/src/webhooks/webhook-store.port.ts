import type { LoggedDelivery, Webhook, WebhookFilter, WebhookState } from './webhook.js';

export interface NewWebhook extends WebhookFilter {
  readonly url: string;
  readonly secret: Uint8Array;
}

/** A field that is not given stays. `disabled` is nothing that anybody asks for. */
export type WebhookChange = Partial<
  NewWebhook & { readonly state: Exclude<WebhookState, 'disabled'> }
>;

/** The subscriptions, as those see them who make them. */
export abstract class WebhookStore {
  /**
   * It begins with the first change that gets its number after this.
   * @throws {DomainError} WEBHOOKS_FULL for one more than `webhooksMax`.
   */
  abstract add(webhook: NewWebhook, webhooksMax: number): Promise<Webhook>;
  /** All of them, oldest first. */
  abstract all(): Promise<Webhook[]>;
  abstract find(id: string): Promise<Webhook | null>;
  /** What it signs with; null when there is no such subscription. */
  abstract secretOf(id: string): Promise<Uint8Array | null>;
  /** Whoever changes it has mended something: what was tried in vain is tried again at once. */
  abstract change(id: string, change: WebhookChange): Promise<Webhook | null>;
  /** Its log goes with it. False when there was none. */
  abstract remove(id: string): Promise<boolean>;
  /** Latest first, from below the id `before`. */
  abstract deliveries(id: string, limit: number, before: number | null): Promise<LoggedDelivery[]>;
}
