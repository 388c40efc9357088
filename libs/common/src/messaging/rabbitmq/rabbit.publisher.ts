import type { ConfirmChannel, Message, Options } from 'amqplib';
import type { Clock } from '#common/platform';
import { UnroutableError } from '../delivery.errors.js';
import { KeptChannel } from './kept.channel.js';
import type { RabbitConnection } from './rabbit.connection.js';

/** A broker that blocks must not let the memory grow: so many wait for its word, no more. */
export const UNCONFIRMED_MAX = 1_024;
export const PUBLICATION_BYTES_MAX = 1024 * 1024;
/** As the relay: after it the message counts as not sent, though the broker may have it. */
const CONFIRM_MS_MAX = 10_000;
/** A returned message says by it which publication it belongs to: ids may be under way twice. */
const PUBLICATION_HEADER = 'x-publication';

export interface Publication {
  readonly exchange: string;
  readonly key: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
}

interface Unconfirmed {
  isReturned: boolean;
}

export interface RabbitPublisherOptions {
  readonly connection: RabbitConnection;
  readonly clock: Clock;
  readonly confirmMsMax?: number;
  /** Runs on each new channel, before it is used. */
  readonly setUp?: (channel: ConfirmChannel) => Promise<void>;
  readonly onLost?: () => void;
}

/** The way to the broker: a publication is done when the broker has it safe, and fails otherwise. */
export class RabbitPublisher {
  readonly #channel: KeptChannel<ConfirmChannel>;
  readonly #unconfirmed = new Map<string, Unconfirmed>();
  #count = 0;
  #lateCount = 0;

  constructor(private readonly options: RabbitPublisherOptions) {
    const { connection, clock, onLost } = options;
    this.#channel = new KeptChannel<ConfirmChannel>({
      connection,
      clock,
      create: (model) => model.createConfirmChannel(),
      setUp: async (channel) => {
        channel.on('return', (message) => this.#returned(message));
        await options.setUp?.(channel);
      },
      ...(onLost && { onLost }),
    });
  }

  get isOpen(): boolean {
    return this.#channel.get() !== null;
  }

  get unconfirmedCount(): number {
    return this.#unconfirmed.size;
  }

  /** How many in a row the broker left without its word: it answers, but keeps nothing safe. */
  get lateCount(): number {
    return this.#lateCount;
  }

  open(deadlineMs: number): Promise<void> {
    return this.#channel.open(deadlineMs);
  }

  close(): Promise<void> {
    return this.#channel.close();
  }

  /** @throws {UnroutableError} no queue takes this key; at once while the broker takes nothing. */
  async publish(publication: Publication): Promise<void> {
    const { connection } = this.options;
    const channel = this.#channel.get();
    if (channel === null) throw new Error('There is no connection to RabbitMQ');
    if (connection.blockedReason !== null)
      throw new Error(`RabbitMQ takes no messages: ${connection.blockedReason}`);
    if (this.#unconfirmed.size >= UNCONFIRMED_MAX)
      throw new Error(`RabbitMQ owes its word for ${UNCONFIRMED_MAX} messages`);
    if (publication.content.length > PUBLICATION_BYTES_MAX)
      throw new Error(`${publication.key} is over ${PUBLICATION_BYTES_MAX} bytes`);
    await this.#confirmed(channel, publication);
  }

  #confirmed(channel: ConfirmChannel, publication: Publication): Promise<void> {
    const { exchange, key, content, properties } = publication;
    const id = String((this.#count += 1));
    const state: Unconfirmed = { isReturned: false };
    this.#unconfirmed.set(id, state);
    return new Promise<void>((resolve, reject) => {
      const cancelTimer = this.#expire(key, reject);
      const headers = { ...(properties.headers as object), [PUBLICATION_HEADER]: id };
      channel.publish(
        exchange,
        key,
        content,
        { ...properties, headers, mandatory: true },
        (fault: Error | null) => {
          cancelTimer();
          if (fault !== null)
            return reject(new Error(`RabbitMQ did not take ${key}: ${fault.message}`));
          this.#lateCount = 0;
          return state.isReturned ? reject(new UnroutableError(key)) : resolve();
        },
      );
    }).finally(() => this.#unconfirmed.delete(id));
  }

  #expire(key: string, reject: (fault: Error) => void): () => void {
    const { clock, confirmMsMax = CONFIRM_MS_MAX } = this.options;
    return clock.after(confirmMsMax, () => {
      this.#lateCount += 1;
      reject(new Error(`RabbitMQ did not confirm ${key} within ${confirmMsMax / 1_000} s`));
    });
  }

  /** Comes before the confirmation of the same message. */
  #returned(message: Message): void {
    const id: unknown = message.properties.headers?.[PUBLICATION_HEADER];
    const state = this.#unconfirmed.get(String(id));
    if (state) state.isReturned = true;
  }
}
