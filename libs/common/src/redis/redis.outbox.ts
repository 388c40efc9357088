import type { Redis } from 'ioredis';
import { type Envelope, Outbox, type OutboxMessage } from '#common/messaging';
import { BURY, CLAIM, CONFIRM, COUNTS, POSTPONE } from './redis-outbox.scripts.js';

/**
 * One app's outbox in Redis, shared by all who name the same keys. Messages are put into it by the
 * scripts that make the change which they tell of, with `OUTBOX_LUA`.
 */
export class RedisOutbox extends Outbox {
  /** @param base what all its keys begin with */
  constructor(
    private readonly client: Redis,
    private readonly base: string,
  ) {
    super();
  }

  async claim(limit: number, leaseMs: number): Promise<OutboxMessage[]> {
    const found = (await CLAIM.run(this.client, [this.base], [limit, leaseMs])) as unknown[];
    return Array.from({ length: found.length / 2 }, (_, nr) => ({
      envelope: JSON.parse(String(found[2 * nr])) as Envelope,
      attempt: Number(found[2 * nr + 1]),
    }));
  }

  async confirm(ids: readonly string[]): Promise<void> {
    await CONFIRM.run(this.client, [this.base], ids);
  }

  async postpone(id: string, delayMs: number, reason: string): Promise<void> {
    await POSTPONE.run(this.client, [this.base], [id, delayMs, reason]);
  }

  async bury(id: string, reason: string): Promise<void> {
    await BURY.run(this.client, [this.base], [id, reason]);
  }

  async counts(): Promise<{ readonly waiting: number; readonly dead: number }> {
    const [waiting, dead] = (await COUNTS.run(this.client, [this.base], [])) as [number, number];
    return { waiting, dead };
  }
}
