import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { type Page, pageOf } from '#common/platform';
import type { Delivery, LoggedDelivery, Webhook } from './webhook.js';
import { WebhookCourier } from './webhook-courier.js';
import { WebhookPolicy } from './webhook-policy.js';
import { isDelivered, WebhookPost } from './webhook-post.js';
import { WebhookQueue } from './webhook-queue.port.js';
import { type NewWebhook, type WebhookChange, WebhookStore } from './webhook-store.port.js';
import { WebhookTargets } from './webhook-targets.js';

/** Each is read at every beat, and has a page of changes in memory. */
export const WEBHOOKS_MAX = 100;

@Injectable()
export class WebhooksService {
  readonly #logger = new Logger(WebhooksService.name);

  constructor(
    private readonly store: WebhookStore,
    private readonly queue: WebhookQueue,
    private readonly courier: WebhookCourier,
    private readonly post: WebhookPost,
    private readonly targets: WebhookTargets,
    private readonly policy: WebhookPolicy,
  ) {}

  async add(webhook: NewWebhook): Promise<Webhook> {
    const url = this.targets.admit(webhook.url);
    const added = await this.store.add({ ...webhook, url }, WEBHOOKS_MAX);
    this.#logger.log({ message: 'A webhook was added', webhook_id: added.id });
    this.courier.wake();
    return added;
  }

  all(): Promise<Webhook[]> {
    return this.store.all();
  }

  async get(id: string): Promise<Webhook> {
    return (await this.store.find(id)) ?? unknown(id);
  }

  async change(id: string, change: WebhookChange): Promise<Webhook> {
    const { url } = change;
    const admitted = url === undefined ? change : { ...change, url: this.targets.admit(url) };
    const changed = (await this.store.change(id, admitted)) ?? unknown(id);
    this.courier.wake();
    return changed;
  }

  async remove(id: string): Promise<void> {
    if (!(await this.store.remove(id))) unknown(id);
    this.#logger.log({ message: 'A webhook was removed', webhook_id: id });
    this.courier.wake();
  }

  async deliveries(
    id: string,
    limit: number,
    before: number | null,
  ): Promise<Page<LoggedDelivery>> {
    await this.get(id);
    const found = await this.store.deliveries(id, limit + 1, before);
    return pageOf(found, limit, (delivery) => [delivery.id]);
  }

  /** One call, whatever the state of the subscription is; it is not tried again. */
  async test(id: string): Promise<Delivery> {
    const { url } = await this.get(id);
    const secret = (await this.store.secretOf(id)) ?? unknown(id);
    const answer = await this.post.test({ id, url, secret });
    const outcome = isDelivered(answer) ? 'delivered' : 'failed';
    const delivery: Delivery = { number: null, attempt: 1, outcome, ...answer };
    await this.queue.note(id, delivery);
    await this.queue.prune(id, this.policy.deliveriesKept);
    return delivery;
  }
}

function unknown(id: string): never {
  throw new DomainError('WEBHOOK_NOT_FOUND', `No webhook has the id ${id}`);
}
