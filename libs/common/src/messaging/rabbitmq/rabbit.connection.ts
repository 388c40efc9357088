import { Logger } from '@nestjs/common';
import { type ChannelModel, connect } from 'amqplib';
import { type Clock, ConfigError } from '#common/platform';
import { backoffMs } from './backoff.js';
import { within } from './within.js';

/** Two missed beats end a connection: a broker that freezes is noticed within 10 s. */
const HEARTBEAT_SECONDS = 5;
const HANDSHAKE_MS_MAX = 10_000;
const CLOSE_MS_MAX = 1_000;
/** Trying again does not help: wrong password, unknown virtual host. */
const REFUSALS = /ACCESS_REFUSED|ACCESS-REFUSED|NOT_ALLOWED/;

export interface RabbitConnectionOptions {
  /** amqp://user:password@host:port/vhost, or amqps:// */
  readonly url: string;
  /** What the broker's own lists call it. */
  readonly name: string;
  readonly clock: Clock;
}

type Waiting = (model: ChannelModel | null) => void;

/** One connection that comes back by itself, from `open` to `close`. */
export class RabbitConnection {
  readonly #logger = new Logger(RabbitConnection.name);
  readonly #address: string;
  readonly #waiting: Waiting[] = [];
  #model: ChannelModel | null = null;
  #blockedReason: string | null = null;
  #isClosed = false;

  constructor(private readonly options: RabbitConnectionOptions) {
    this.#address = addressOf(options.url);
  }

  get isConnected(): boolean {
    return this.#model !== null;
  }

  /** Why the broker takes no messages for now; null when it does. */
  get blockedReason(): string | null {
    return this.#blockedReason;
  }

  /** @throws {ConfigError} that names the broker, when there is no connection within the deadline. */
  async open(deadlineMs: number): Promise<void> {
    const { clock } = this.options;
    const giveUpAt = clock.monotonicMs() + deadlineMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return this.#adopt(await this.#connect());
      } catch (fault) {
        const delayMs = backoffMs(attempt);
        const reason = fault instanceof Error ? fault.message : String(fault);
        const isTooLate = clock.monotonicMs() + delayMs > giveUpAt;
        if (REFUSALS.test(reason) || isTooLate || this.#isClosed)
          throw new ConfigError(`No RabbitMQ at ${this.#address}: ${reason}`);
        await clock.sleep(delayMs);
      }
    }
  }

  /** The connection as soon as there is one; null once it is closed for good. */
  ready(): Promise<ChannelModel | null> {
    if (this.#model !== null || this.#isClosed) return Promise.resolve(this.#model);
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const model = this.#model;
    this.#model = null;
    this.#wake(null);
    if (model === null) return;
    await within(this.options.clock, CLOSE_MS_MAX, model.close()).catch((fault: unknown) =>
      this.#logger.warn({
        message: `RabbitMQ at ${this.#address} was left without goodbye`,
        fault,
      }),
    );
  }

  async #connect(): Promise<ChannelModel> {
    const url = new URL(this.options.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    return connect(url.href, {
      timeout: HANDSHAKE_MS_MAX,
      noDelay: true,
      keepAlive: true,
      clientProperties: { connection_name: this.options.name },
    });
  }

  #adopt(model: ChannelModel): void {
    model.on('error', (fault) =>
      this.#logger.warn({ message: `The connection to RabbitMQ at ${this.#address} broke`, fault }),
    );
    model.on('close', () => this.#lost(model));
    model.on('blocked', (reason) => {
      this.#blockedReason = reason;
      this.#logger.error(`RabbitMQ at ${this.#address} takes no messages: ${reason}`);
    });
    model.on('unblocked', () => {
      this.#blockedReason = null;
      this.#logger.log(`RabbitMQ at ${this.#address} takes messages again`);
    });
    if (this.#isClosed) return void model.close().catch(() => undefined);
    this.#blockedReason = null;
    this.#model = model;
    this.#wake(model);
  }

  #lost(model: ChannelModel): void {
    if (this.#model !== model) return;
    this.#model = null;
    this.#blockedReason = null;
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      await this.options.clock.sleep(backoffMs(attempt));
      if (this.#isClosed) return;
      try {
        this.#adopt(await this.#connect());
        return this.#logger.log(`Connected to RabbitMQ at ${this.#address} again`);
      } catch (fault) {
        this.#logger.warn({ message: `RabbitMQ at ${this.#address} cannot be reached`, fault });
      }
    }
  }

  #wake(model: ChannelModel | null): void {
    for (const resolve of this.#waiting.splice(0)) resolve(model);
  }
}

/** What may be printed of the URL: host, port and virtual host. */
function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['amqp:', 'amqps:'].includes(parsed.protocol))
    throw new ConfigError('RABBITMQ_URL must be amqp:// or amqps:// with a host');
  return `${parsed.host}${parsed.pathname}`;
}
