import { Logger } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import type { Options } from 'amqplib';
import type { RabbitCarrier } from './rabbit.carrier.js';
import type { RabbitDelivery } from './rabbit.delivery.js';

/** Why the app gave the message up, for whoever looks at the dead letters. */
export const FAULT_HEADER = 'x-fault';
const FAULT_LENGTH_MAX = 1_000;

/** Puts messages aside together with the reason, which the broker's own dead-lettering lacks. */
export class DeadLetterOffice {
  readonly #logger = new Logger(DeadLetterOffice.name);

  constructor(
    private readonly app: string,
    private readonly carrier: RabbitCarrier,
  ) {}

  /** Never fails: what cannot be put aside by us goes the broker's way, without the reason. */
  async bury(delivery: RabbitDelivery, fault: unknown): Promise<void> {
    const { content, properties } = delivery.message;
    const reason = reasonOf(fault);
    this.#logger.error({
      message: `${this.app} gives up a message: ${reason}`,
      message_id: properties.messageId as unknown,
      type: properties.type as unknown,
      fault,
    });
    const { publisher, topology } = this.carrier;
    try {
      await publisher.publish({
        exchange: topology.deadExchange,
        key: this.app,
        content,
        properties: {
          ...plain(properties),
          headers: { [FAULT_HEADER]: reason },
          persistent: true,
        },
      });
      delivery.ack();
    } catch (obstacle) {
      this.#logger.warn({
        message: 'The broker is left to put the message aside',
        fault: obstacle,
      });
      delivery.reject();
    }
  }
}

/** What the sender said of its message, and nothing that only means something on its way. */
export const plain = (properties: object): Options.Publish => {
  const { messageId, type, timestamp, contentType } = properties as Options.Publish;
  return {
    ...(messageId !== undefined && { messageId }),
    ...(type !== undefined && { type }),
    ...(timestamp !== undefined && { timestamp }),
    ...(contentType !== undefined && { contentType }),
  };
};

function reasonOf(fault: unknown): string {
  const detail: unknown = fault instanceof RpcException ? fault.getError() : fault;
  const text = detail instanceof Error ? detail.message : textOf(detail);
  return text.slice(0, FAULT_LENGTH_MAX);
}

const textOf = (detail: unknown): string =>
  typeof detail === 'string' ? detail : (JSON.stringify(detail) ?? String(detail));
