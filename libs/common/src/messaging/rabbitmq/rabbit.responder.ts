import { Logger } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { readPacket, type Reply, replyPacket } from './packet.js';
import type { RabbitDelivery } from './rabbit.delivery.js';
import type { RabbitPublisher } from './rabbit.publisher.js';

/** Where askers wait. Any other address would let a question write into any queue. */
const REPLY_ADDRESS = /^amq\.rabbitmq\.reply-to\./;

/** Answers questions; what cannot be answered is noted and forgotten, as its asker will have. */
export class RabbitResponder {
  readonly #logger = new Logger(RabbitResponder.name);

  constructor(private readonly publisher: RabbitPublisher) {}

  /** Never fails. */
  async respond(
    { message: { content, properties } }: RabbitDelivery,
    answer: (key: string, data: unknown) => Promise<unknown>,
  ): Promise<void> {
    const key = String(properties.type);
    const address = String(properties.replyTo);
    if (!REPLY_ADDRESS.test(address))
      return this.#logger.warn(`A question ${key} names no place for its answer`);
    const reply = await this.#reply(() => answer(key, readPacket(content)), key);
    try {
      await this.publisher.publish({
        exchange: '',
        key: address,
        content: replyPacket(reply),
        properties: { correlationId: String(properties.correlationId) },
      });
    } catch (fault) {
      this.#logger.warn({ message: `The answer to ${key} reached nobody`, fault });
    }
  }

  async #reply(answer: () => Promise<unknown>, key: string): Promise<Reply> {
    try {
      return { response: (await answer()) ?? null };
    } catch (fault) {
      this.#logger.warn({ message: `The question ${key} failed`, fault });
      const detail: unknown = fault instanceof RpcException ? fault.getError() : fault;
      return { fault: detail instanceof Error ? detail.message : JSON.stringify(detail) };
    }
  }
}
