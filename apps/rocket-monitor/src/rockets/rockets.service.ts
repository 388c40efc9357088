import { Injectable } from '@nestjs/common';
import { DomainError, type RocketMessage, type RocketTrack } from '#common/domain';
import { Clock } from '#common/platform';
import { Arrivals } from './arrivals.js';
import { CheckpointKeeper } from './checkpoint.keeper.js';
import {
  type Outcome,
  REJECTED_MESSAGES_MAX,
  type RejectedMessage,
  RocketStore,
} from './rocket-store.port.js';

/** Messages of one batch that are with the store at one time: others' have to fit beside them. */
const TOGETHER_MAX = 1_000;

/** What can be done with rockets: hear from them, and tell what is known of them. */
@Injectable()
export class RocketsService {
  readonly #arrivals: Arrivals;

  constructor(
    private readonly store: RocketStore,
    private readonly checkpoints: CheckpointKeeper,
    private readonly clock: Clock,
  ) {
    this.#arrivals = new Arrivals(clock);
  }

  async take(message: RocketMessage): Promise<Outcome> {
    const { outcome, endsPage } = await this.store.take(this.#arrivals.note(message));
    if (endsPage) this.checkpoints.wake(message.channel);
    return outcome;
  }

  /** Each for itself: what becomes of one message does not touch the others. */
  async takeAll(messages: readonly RocketMessage[]): Promise<PromiseSettledResult<Outcome>[]> {
    const results: PromiseSettledResult<Outcome>[] = [];
    for (let at = 0; at < messages.length; at += TOGETHER_MAX) {
      const together = messages.slice(at, at + TOGETHER_MAX).map((message) => this.take(message));
      results.push(...(await Promise.allSettled(together)));
    }
    return results;
  }

  async find(channel: string): Promise<RocketTrack | null> {
    const [track = null] = await this.store.find([channel]);
    return track;
  }

  async get(channel: string): Promise<RocketTrack> {
    const track = await this.find(channel);
    if (track === null)
      throw new DomainError('ROCKET_NOT_FOUND', 'No message was taken on this channel.');
    return track;
  }

  channels(): Promise<string[]> {
    return this.store.channels();
  }

  reject(fault: Omit<RejectedMessage, 'receivedAtMs'>): Promise<void> {
    return this.store.reject({ ...fault, receivedAtMs: this.clock.nowMs() });
  }

  /** The newest first; of one channel, if it is named. */
  async rejected(limit: number, channel?: string): Promise<RejectedMessage[]> {
    if (channel === undefined) return this.store.rejected(limit);
    const all = await this.store.rejected(REJECTED_MESSAGES_MAX);
    return all.filter((message) => message.channel === channel).slice(0, limit);
  }
}
