export interface WebhookCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookAnswer {
  /** Null: there was no answer, and `error` says why. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** Calls receivers. */
export abstract class WebhookSender {
  /**
   * One POST. Never fails; always answers within some seconds. Goes nowhere that is not allowed, and
   * where a redirection leads is not allowed: it is an answer as any other.
   */
  abstract send(call: WebhookCall): Promise<WebhookAnswer>;
}
