import { DataSource } from 'typeorm';
import { dataSourceOptions } from '#common/persistence';
import { SystemClock } from '#common/platform';
import { ChangeFeed } from '../../live/change-feed.js';
import { ChangeLoop } from '../../live/change-loop.js';
import { WebhookCourier } from '../../webhooks/webhook-courier.js';
import { WebhookPolicy } from '../../webhooks/webhook-policy.js';
import { WebhookPost } from '../../webhooks/webhook-post.js';
import { WebhookTargets } from '../../webhooks/webhook-targets.js';
import { WebhooksService } from '../../webhooks/webhooks.service.js';
import { CommitTicks } from '../commit-ticks.js';
import { HttpWebhookSender } from '../http-webhook.sender.js';
import { TypeOrmChangeLog } from '../typeorm-change.log.js';
import { TypeOrmContactStore } from '../typeorm-contact.store.js';
import { TypeOrmWebhookQueue } from '../typeorm-webhook.queue.js';
import { TypeOrmWebhookStore } from '../typeorm-webhook.store.js';

const QUICK: Partial<WebhookPolicy> = {
  retryDelaysMs: [10, 10, 10],
  leaseMs: 1_500,
  callMsMax: 500,
  beatMs: 100,
};

/** What a scheduler has of webhooks, with connections of its own. */
export class WebhookProcess {
  readonly service: WebhooksService;
  readonly contacts: TypeOrmContactStore;
  readonly log: TypeOrmChangeLog;
  readonly #courier: WebhookCourier;
  readonly #loop: ChangeLoop;

  private constructor(
    readonly source: DataSource,
    given: Partial<WebhookPolicy>,
    targets: string,
  ) {
    const clock = new SystemClock();
    const policy = Object.assign(new WebhookPolicy(), QUICK, given);
    const allowed = new WebhookTargets(targets);
    this.log = new TypeOrmChangeLog(source);
    const feed = new ChangeFeed(this.log);
    const queue = new TypeOrmWebhookQueue(source);
    const sender = new HttpWebhookSender(allowed, clock, policy.answerMsMax);
    const post = new WebhookPost(sender, clock);
    this.#loop = new ChangeLoop(this.log, feed, clock, new CommitTicks(source));
    this.#courier = new WebhookCourier(queue, feed, post, clock, policy);
    const store = new TypeOrmWebhookStore(source);
    this.service = new WebhooksService(store, queue, this.#courier, post, allowed, policy);
    this.contacts = new TypeOrmContactStore(source);
  }

  static async start(
    url: string,
    given: Partial<WebhookPolicy> = {},
    targets = '127.0.0.0/8',
  ): Promise<WebhookProcess> {
    const source = new DataSource(dataSourceOptions(url, 'scheduler'));
    await source.initialize();
    const started = new WebhookProcess(source, given, targets);
    started.#loop.onApplicationBootstrap();
    started.#courier.onApplicationBootstrap();
    return started;
  }

  async stop(): Promise<void> {
    await this.#courier.onModuleDestroy();
    await this.#loop.onModuleDestroy();
    if (this.source.isInitialized) await this.source.destroy();
  }

  /** From now on it can write nothing down, and says nothing to anybody. */
  async kill(): Promise<void> {
    await this.source.destroy();
  }
}
