import type { Channel } from 'amqplib';
import type { CancelTimer, Clock } from '#common/platform';
import type { KeptChannel } from './kept.channel.js';
import type { AppQueues } from './topology.js';
import { within } from './within.js';

const LOOK_EVERY_MS = 3_000;
const LOOK_MS_MAX = 4_000;

/**
 * Looks at the queues again and again, as losses are not always announced: an exchange or a binding
 * that somebody deleted is put back; a queue without our consumer, or a channel that answers no
 * more, is set up anew. It counts dead letters by the way.
 */
export class QueueWatch {
  #cancelTimer: CancelTimer | null = null;
  #isRunning = false;
  #deadLetterCount = 0;

  constructor(
    private readonly channel: KeptChannel<Channel>,
    private readonly declare: (channel: Channel) => Promise<AppQueues>,
    private readonly clock: Clock,
  ) {}

  get deadLetterCount(): number {
    return this.#deadLetterCount;
  }

  start(): void {
    this.#isRunning = true;
    this.#schedule();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelTimer?.();
  }

  #schedule(): void {
    if (!this.#isRunning) return;
    this.#cancelTimer = this.clock.after(LOOK_EVERY_MS, () => {
      void this.#look().finally(() => this.#schedule());
    });
  }

  async #look(): Promise<void> {
    const channel = this.channel.get();
    if (channel === null) return;
    try {
      await within(this.clock, LOOK_MS_MAX, this.#inspect(channel));
    } catch (fault) {
      const isStillOurs = this.#isRunning && this.channel.get() === channel;
      if (isStillOurs) this.channel.renew(fault instanceof Error ? fault.message : String(fault));
    }
  }

  async #inspect(channel: Channel): Promise<void> {
    const { messages, requests, dead } = await this.declare(channel);
    for (const queue of [messages, requests]) {
      const { consumerCount } = await channel.checkQueue(queue);
      if (consumerCount === 0) throw new Error(`Nobody reads from ${queue}`);
    }
    this.#deadLetterCount = (await channel.checkQueue(dead)).messageCount;
  }
}
