import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { CancelTimer, Clock } from '#common/platform';
import { parseReply } from './packet.js';
import type { RabbitPublisher } from './rabbit.publisher.js';
import { REQUEST_LIFE_MS } from './topology.js';

/** Questions under way at one time; one more fails at once. */
export const REQUESTS_MAX = 1_000;
/** The broker's own address of whoever asks on a channel: no queue is needed for the answers. */
const REPLY_QUEUE = 'amq.rabbitmq.reply-to';

/** The other app's handler failed. Its text is for our log, not for our own callers. */
export class RequestFailedError extends Error {
  override readonly name = 'RequestFailedError';
}

interface Asked {
  readonly key: string;
  readonly cancelTimer: CancelTimer;
  resolve(response: unknown): void;
  reject(fault: Error): void;
}

/** Questions to other apps, each with an end: an answer, a fault, or no more time. */
export class RabbitRequests {
  readonly #asked = new Map<string, Asked>();

  constructor(
    private readonly exchange: string,
    private readonly clock: Clock,
  ) {}

  get waitingCount(): number {
    return this.#asked.size;
  }

  /** Answers come back on the very channel on which is asked. */
  async listen(channel: ConfirmChannel): Promise<void> {
    const take = (message: ConsumeMessage | null) => void (message && this.#answered(message));
    await channel.consume(REPLY_QUEUE, take, { noAck: true });
  }

  /** Whoever lost the channel lost the answers with it. */
  failAll(reason: string): void {
    for (const id of this.#asked.keys()) this.#fail(id, new Error(reason));
  }

  ask(publisher: RabbitPublisher, key: string, data: unknown): Promise<unknown> {
    if (this.#asked.size >= REQUESTS_MAX)
      return Promise.reject(new Error(`${REQUESTS_MAX} questions wait for their answers`));
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const late = new Error(`Nobody answered ${key} within ${REQUEST_LIFE_MS / 1_000} s`);
      const cancelTimer = this.clock.after(REQUEST_LIFE_MS, () => this.#fail(id, late));
      this.#asked.set(id, { key, cancelTimer, resolve, reject });
      const properties = {
        messageId: id,
        correlationId: id,
        type: key,
        replyTo: REPLY_QUEUE,
        contentType: 'application/json',
        expiration: REQUEST_LIFE_MS,
      };
      const content = Buffer.from(JSON.stringify(data));
      publisher
        .publish({ exchange: this.exchange, key, content, properties })
        .catch((fault: Error) => this.#fail(id, fault));
    });
  }

  #answered({ content, properties }: ConsumeMessage): void {
    const id = String(properties.correlationId);
    const asked = this.#take(id);
    if (!asked) return;
    try {
      const reply = parseReply(content);
      if ('fault' in reply) asked.reject(new RequestFailedError(`${asked.key}: ${reply.fault}`));
      else asked.resolve(reply.response);
    } catch (fault) {
      asked.reject(fault instanceof Error ? fault : new Error(String(fault)));
    }
  }

  #fail(id: string, fault: Error): void {
    this.#take(id)?.reject(fault);
  }

  #take(id: string): Asked | undefined {
    const asked = this.#asked.get(id);
    asked?.cancelTimer();
    this.#asked.delete(id);
    return asked;
  }
}
