import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import {
  foldMessages,
  HISTORY_PAGE_NUMBERS,
  lastPageEnd,
  type RocketCheckpoint,
} from '#common/domain';
import { RocketStore } from './rocket-store.port.js';

/**
 * Makes checkpoints behind the low-water marks, one page after the other, beside the messages. Nothing
 * depends on when: without one a state of the past takes longer to tell, and the next page makes up
 * for what was missed.
 */
@Injectable()
export class CheckpointKeeper implements OnModuleDestroy {
  readonly #logger = new Logger(CheckpointKeeper.name);
  /** At most as many as there are channels. */
  readonly #waiting = new Set<string>();
  #work: Promise<void> | null = null;
  #isClosed = false;

  constructor(private readonly store: RocketStore) {}

  /** The mark of this channel has passed the end of a page. */
  wake(channel: string): void {
    if (this.#isClosed) return;
    this.#waiting.add(channel);
    this.#work ??= this.#run().finally(() => {
      this.#work = null;
    });
  }

  /** Resolves when nothing waits. */
  async rest(): Promise<void> {
    await this.#work;
  }

  async onModuleDestroy(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    await this.#work;
  }

  async #run(): Promise<void> {
    for (const channel of this.#waiting) {
      this.#waiting.delete(channel);
      try {
        await this.#keepUp(channel);
      } catch (fault) {
        this.#logger.warn({
          message: 'No checkpoint could be made',
          channel,
          fault: String(fault),
        });
      }
    }
  }

  async #keepUp(channel: string): Promise<void> {
    const [track] = await this.store.find([channel]);
    if (!track) return;
    const { lowWater, count } = track.taken;
    const end = lastPageEnd(lowWater);
    let last = await this.store.checkpoint(channel, end);
    // Nearly always: the last message of the next page has just come, and none is missing.
    const isWhole =
      lowWater === end && count === end && last?.through === end - HISTORY_PAGE_NUMBERS;
    if (isWhole) return this.store.keepCheckpoint(channel, { through: end, rocket: track.rocket });
    while (last !== null && last.through < end && !this.#isClosed) {
      last = await this.#nextAfter(channel, last);
      if (last !== null) await this.store.keepCheckpoint(channel, last);
    }
  }

  /** Null when another process has made it already, and the messages are forgotten. */
  async #nextAfter(
    channel: string,
    { through, rocket }: RocketCheckpoint,
  ): Promise<RocketCheckpoint | null> {
    const page = { by: 'number', after: through, limit: HISTORY_PAGE_NUMBERS } as const;
    const arrivals = await this.store.history(channel, page);
    const next = through + HISTORY_PAGE_NUMBERS;
    const isWhole = arrivals.length === HISTORY_PAGE_NUMBERS && arrivals.at(-1)?.number === next;
    return isWhole ? { through: next, rocket: foldMessages(rocket, arrivals) } : null;
  }
}
