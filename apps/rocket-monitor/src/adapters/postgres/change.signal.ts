import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { type CancelTimer, type Clock, FaultLog } from '#common/platform';
import type { LogConnections } from './log-connections.js';

const CHANNEL = 'perigee_rockets';
const NOTIFY = { name: 'rocket-notify', text: `SELECT pg_notify('${CHANNEL}', $1)` };
/** Who commits with a notification holds up all others who do: one tells of many changes. */
const ANNOUNCE_EVERY_MS = 20;
const CONNECT_MS_MAX = 2_000;
const RETRY_MS = 500;
const RETRY_MS_MAX = 10_000;

/**
 * Says to the other nodes that the log has news, and hears it from them. A hint, no more: it may come
 * late, twice or never.
 */
export class ChangeSignal {
  readonly #node = randomUUID();
  readonly #faults: FaultLog;
  #client: pg.Client | null = null;
  #cancelAnnounce: CancelTimer | null = null;
  #cancelRetry: CancelTimer = () => undefined;
  #lastAnnouncedMs = Number.NEGATIVE_INFINITY;
  #retryMs = RETRY_MS;
  #isClosed = false;

  /** @param heard another node has added to the log, or nobody knows */
  constructor(
    private readonly url: string,
    private readonly connections: LogConnections,
    private readonly clock: Clock,
    private readonly heard: () => void,
  ) {
    this.#faults = new FaultLog(new Logger(ChangeSignal.name), clock);
  }

  get isListening(): boolean {
    return this.#client !== null;
  }

  /** Listens, now or as soon as that is possible. */
  async listen(): Promise<void> {
    if (this.#isClosed) return;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'perigee-rocket-monitor',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: CONNECT_MS_MAX,
      keepAlive: true,
    });
    client.on('error', (fault) => this.#lose(client, fault));
    client.on('end', () => this.#lose(client, new Error('The connection has ended.')));
    client.on('notification', ({ payload }) => {
      if (payload !== this.#node) this.heard();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (fault) {
      this.#retry(fault);
      void client.end().catch(() => undefined);
      return;
    }
    if (this.#isClosed) return void client.end().catch(() => undefined);
    this.#client = client;
    this.#retryMs = RETRY_MS;
    this.heard();
  }

  /** Soon, for all that was committed until then. */
  announce(): void {
    if (this.#cancelAnnounce !== null || this.#isClosed) return;
    const waitMs = this.#lastAnnouncedMs + ANNOUNCE_EVERY_MS - this.clock.monotonicMs();
    this.#cancelAnnounce = this.clock.after(Math.max(0, waitMs), () => void this.#notify());
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelAnnounce?.();
    this.#cancelRetry();
    const client = this.#client;
    this.#client = null;
    void client?.end().catch(() => undefined);
  }

  async #notify(): Promise<void> {
    this.#cancelAnnounce = null;
    this.#lastAnnouncedMs = this.clock.monotonicMs();
    try {
      await this.connections.query(NOTIFY, [this.#node]);
    } catch (fault) {
      this.#faults.note('The other monitors cannot be told of changes', fault);
    }
  }

  #lose(client: pg.Client, fault: unknown): void {
    if (client !== this.#client) return;
    this.#client = null;
    void client.end().catch(() => undefined);
    this.#retry(fault);
  }

  #retry(fault: unknown): void {
    if (this.#isClosed) return;
    this.#faults.note('The changes of other monitors are not heard at once', fault);
    this.#cancelRetry = this.clock.after(this.#retryMs, () => void this.listen());
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS_MAX);
  }
}
