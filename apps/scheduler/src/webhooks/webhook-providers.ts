import { SchedulerConfig } from '../scheduler.config.js';
import { WebhookCourier } from './webhook-courier.js';
import { WebhookPolicy } from './webhook-policy.js';
import { WebhookPost } from './webhook-post.js';
import { WebhookTargets } from './webhook-targets.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService } from './webhooks.service.js';

export const WEBHOOK_CONTROLLERS = [WebhooksController];
export const WEBHOOK_PROVIDERS = [
  WebhooksService,
  WebhookCourier,
  WebhookPost,
  {
    provide: WebhookTargets,
    inject: [SchedulerConfig],
    useFactory: ({ SCHEDULER_WEBHOOK_TARGETS }: SchedulerConfig) =>
      new WebhookTargets(SCHEDULER_WEBHOOK_TARGETS),
  },
  WebhookPolicy,
];
