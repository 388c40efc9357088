import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { formatInstant } from '#common/domain';
import { Clock, Gate } from '#common/platform';
import { changeDataOf } from '../live/change-event.js';
import type { ContactChanged } from '../live/change-log.port.js';
import { type WebhookAnswer, WebhookSender } from './webhook-sender.port.js';
import { signatureHeaders } from './webhook-signature.js';

/** Calls of all subscriptions that run at one time. */
const CALLS_MAX = 16;

/** Who is called, and how that is signed. */
export interface Receiver {
  readonly id: string;
  readonly url: string;
  readonly secret: Uint8Array;
}

/** What receivers are told: signed, so that they know whose it is. */
@Injectable()
export class WebhookPost {
  readonly #gate = new Gate(CALLS_MAX);

  constructor(
    private readonly sender: WebhookSender,
    private readonly clock: Clock,
  ) {}

  change(receiver: Receiver, change: ContactChanged): Promise<WebhookAnswer> {
    return this.#post(receiver, `${receiver.id}-${change.number}`, {
      type: `contact.${change.state}`,
      timestamp: formatInstant(change.at),
      data: changeDataOf(change),
    });
  }

  test(receiver: Receiver): Promise<WebhookAnswer> {
    return this.#post(receiver, `${receiver.id}-${randomUUID()}`, {
      type: 'webhook.test',
      timestamp: formatInstant(this.clock.nowMs() * 1_000),
      data: {},
    });
  }

  #post({ url, secret }: Receiver, id: string, message: object): Promise<WebhookAnswer> {
    return this.#gate.run(() => {
      const body = JSON.stringify(message);
      const timestamp = Math.floor(this.clock.nowMs() / 1_000);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'perigee-scheduler',
        ...signatureHeaders({ id, timestamp, body }, secret),
      };
      return this.sender.send({ url, headers, body });
    });
  }
}

export const isDelivered = ({ status }: WebhookAnswer): boolean =>
  status !== null && status >= 200 && status < 300;
