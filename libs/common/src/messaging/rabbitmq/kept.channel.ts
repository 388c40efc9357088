import { Logger } from '@nestjs/common';
import type { Channel, ChannelModel } from 'amqplib';
import { type Clock, ConfigError } from '#common/platform';
import { backoffMs } from './backoff.js';
import type { RabbitConnection } from './rabbit.connection.js';
import { within } from './within.js';

const SET_UP_MS_MAX = 10_000;
const CLOSE_MS_MAX = 1_000;

export interface KeptChannelOptions<C extends Channel> {
  readonly connection: RabbitConnection;
  readonly clock: Clock;
  readonly create: (model: ChannelModel) => Promise<C>;
  /** Declares and consumes; runs on every new channel. */
  readonly setUp: (channel: C) => Promise<void>;
  readonly onLost?: () => void;
}

/**
 * A channel that is made and set up anew whenever it is lost: with its connection, by the broker
 * alone, or because its owner finds it useless.
 */
export class KeptChannel<C extends Channel> {
  readonly #logger = new Logger(KeptChannel.name);
  #current: C | null = null;
  #isClosed = false;

  constructor(private readonly options: KeptChannelOptions<C>) {}

  /** Null while there is none. */
  get(): C | null {
    return this.#current;
  }

  /** @throws {ConfigError} the set-up can never succeed; another fault after the deadline. */
  async open(deadlineMs: number): Promise<void> {
    const { clock } = this.options;
    const giveUpAt = clock.monotonicMs() + deadlineMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await within(clock, deadlineMs, this.options.connection.ready());
        return await this.#make();
      } catch (fault) {
        if (fault instanceof ConfigError || clock.monotonicMs() > giveUpAt) throw fault;
        await clock.sleep(backoffMs(attempt));
      }
    }
  }

  renew(reason: string): void {
    const channel = this.#current;
    if (channel === null || this.#isClosed) return;
    this.#logger.warn(`A channel is made anew: ${reason}`);
    this.#lost(channel);
    closeQuietly(channel);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const channel = this.#current;
    this.#current = null;
    if (channel === null) return;
    await within(this.options.clock, CLOSE_MS_MAX, channel.close()).catch((fault: unknown) =>
      this.#logger.warn({ message: 'A channel was left without goodbye', fault }),
    );
  }

  async #make(): Promise<void> {
    const { connection, clock, setUp } = this.options;
    const model = await connection.ready();
    if (model === null || this.#isClosed) return;
    const channel = await within(clock, SET_UP_MS_MAX, this.#create(model));
    let isOpen = true;
    channel.on('close', () => {
      isOpen = false;
      this.#lost(channel);
    });
    try {
      await within(clock, SET_UP_MS_MAX, setUp(channel));
      if (!isOpen) throw new Error('The channel was lost while it was set up');
    } catch (fault) {
      closeQuietly(channel);
      throw fault;
    }
    if (this.#isClosed) return closeQuietly(channel);
    this.#current = channel;
  }

  /** Listens from the first moment on: an error that nobody listens to would end the process. */
  async #create(model: ChannelModel): Promise<C> {
    const channel = await this.options.create(model);
    channel.on('error', (fault) => this.#logger.warn({ message: 'A channel broke', fault }));
    return channel;
  }

  #lost(channel: C): void {
    if (this.#current !== channel) return;
    this.#current = null;
    this.options.onLost?.();
    void this.#remake();
  }

  async #remake(): Promise<void> {
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      await this.options.clock.sleep(backoffMs(attempt));
      try {
        return await this.#make();
      } catch (fault) {
        this.#logger.warn({ message: 'A channel cannot be set up', fault });
      }
    }
  }
}

/** A channel that is gone already says so by throwing. */
const closeQuietly = (channel: Channel): void => void channel.close().catch(() => undefined);
