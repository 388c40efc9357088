const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Which pages may open a connection. A browser lets every page connect anywhere and says whose it is:
 * without a rule, any site that an operator visits could read his telemetry. Programs that are no
 * browser name no origin, and are let in.
 */
export class RealtimeOrigins {
  readonly #allowed: ReadonlySet<string>;

  /** @param origins as `https://mct.example.org`, with commas between them; `*`: any */
  constructor(origins: string) {
    this.#allowed = new Set(origins.split(',').map((origin) => origin.trim()));
  }

  /** @param host the header Host: where the client thinks that we are */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.#allowed.has('*') || this.#allowed.has(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    return LOOPBACK.has(url.hostname) || url.host === host;
  }
}
